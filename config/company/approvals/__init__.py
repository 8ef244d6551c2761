"""The sample company's approval flows and policies, as HR would write them."""
