"""Persons and their employments.

Words: 工号 number, 用工类型 worker type, 首次参加工作日期 first work day (counts for annual leave across employers),
入职 hire, 离职 leave the company. Contact and identity facts are encrypted; others see them masked.
"""
