"""When everybody works: statutory years, the company's working pattern, published shifts, absences.

Words: 法定节假日 statutory day (300 %), 调休上班 adjusted workday, 调休休息 adjusted rest, 班次 shift,
排班 published shifts.
Whoever needs to know when a person works asks here; `roster` writes published shifts, `leave` writes absences.
"""
