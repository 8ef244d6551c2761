"""One message to many people in few calls.

`plan` says beforehand how long it takes, `starting` keeps who gets it on which platform in which batch, `runner` sends
batch after batch in small jobs that can be killed anywhere, `channels` know how each platform takes many at once.
`announcements` is the first user: it listens to the domain's events and tells the domain how it goes.
"""
