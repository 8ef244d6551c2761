"""The roster (花名册) from Excel: read, checked row by row without changing anything, then applied.

`sheet` reads and writes files, `rows` turns cells into facts (pure), `plan` compares them with what is known,
`apply` does what rows say, `run` carries an import through, at once or in parts.
`roster.yaml` names the columns and the words that cells may hold.
"""
