"""Why something is asked for or refused, in the words that were typed."""

from __future__ import annotations

import re

from bot.understanding.slots.sentence import Sentence, Slots, extractor

MARK = re.compile(
    r"(?:(?P<label>(?:理由|原因|事由|说明|备注)(?!不充分|不足|不够|不成立|不清|不明|太|牵强)"
    r"(?:改成|改为|换成|写成|写|填|是|为)?)|因为|由于)[:,]?"
)
_ASKED = re.compile(r",(?=[^,]*(?:请|休|申请|加班|出差|外出|补|驳回|不批|不同意|拒绝|想|要))")
_CLAUSE = re.compile(r"[,;!?]")
_NOISE = re.compile(
    r"请假|请个|休假|年假|事假|病假|调休|打卡|补卡|加班|出差|外出|居家|在家办公|谢谢|麻烦|帮我|批准|审批|可以吗|行吗|好吗|申请|^我想|^想|补一下|驳回|不同意|拒绝|^我要"
    r"|不够的|婚假|产假|丧假|育儿假|护理假|哺乳假|工伤假|不休"
)
_FILL = re.compile(r"[从到起的我想要有大概左右在了吧和、与至就那]|开始|早上|上班|下班|走的|到的|离开")
_ABSENT = re.compile(
    r"不来了?|来不了了?|来不成了?|不能来(?:上班)?了?|不能上班了?|上不了班了?|去不了(?:公司|单位)?了?|不去(?:公司|上班)了?|不上班了?"
    r"|(?:我|也)?(?:想要?|要|得|需要|必须)?(?:请|休|申请|用)个?(?:几天)?(?:的?(?:年|事|病|婚|产|丧|育儿|陪产|护理|陪护|哺乳|产检|工伤)?假|调休)?"
    r"|(?:年|事|病|婚|丧|育儿|陪产|护理|陪护|哺乳|产检|工伤)假|产假|调休|歇着?|休息"
)
_EDGES = re.compile(r"^[我了的想要得今,、]+|[了吧的,、呢啊呀啦我想要得]+$")
VERB = re.compile(
    r"驳回|拒绝|不(?:能|可以|予|会)?(?:同意|批准?|准|通过)|打回去?|退回去?|否决|拒了|拒掉|不行|否了|否掉|reject"
)
_STUFF = re.compile(
    r"掉|了|吧|去|来|他|她|它|这个|这条|这份|这单|该|一下|给|的|把|请假|休假|年假|事假|病假|调休|婚假|产假|丧假|加班|出差|报销|"
    r"除了|除|其他的?|其余的?|剩下的?|别的|全部|所有|全|补卡|换班|外出|证明|申请|单子?|假条|那个|那条|提交|我|先|都|就|要|@"
)
_NAMED = re.compile(r"[,:;、\s]*[a-z]{2}-[0-9a-z]{3,6}")
_SEPARATORS = re.compile(r"[,:;、.\s]*")


@extractor
def reason(sentence: Sentence) -> Slots:
    """The words after 因为 or 事由, else the clause that says why."""
    marked = _marked(sentence)
    if marked:
        return {"reason": marked}
    spans = sentence.spans
    best, place = "", 0
    clauses = _clauses(sentence.text)
    for clause, start in clauses:
        rest = "".join(c for i, c in enumerate(clause, start) if not any(a <= i < b for a, b in spans))
        rest = _FILL.sub("", rest)
        if len(rest) >= 3 and not _NOISE.search(clause) and len(rest) > len(best):
            best, place = clause, start
    if best and (len(clauses) > 1 and not _ABSENT.search(best)):
        return {"reason": sentence.verbatim(place, place + len(best))}
    cause = _cause(sentence)
    return {"reason": cause} if cause else {}


def marked_span(text: str) -> tuple[int, int]:
    """From where to where a reason goes that is named as one; (0, 0) without."""
    match = MARK.search(text)
    if match is None:
        return 0, 0
    rest = text[match.end() :]
    stop = None if match["label"] else _ASKED.search(rest)
    end = stop.start() if stop else len(rest)
    tail = re.search(r"[,;]?(?:驳回|不批|不同意|拒绝)[吧了,]*$", rest[:end])
    end = tail.start() if tail else end
    return match.end(), match.end() + len(rest[:end].rstrip(",;! "))


def _marked(sentence: Sentence) -> str:
    start, end = marked_span(sentence.text)
    return sentence.verbatim(start, end) if end > start else ""


def _cause(sentence: Sentence) -> str:
    """我发烧了今天不来了 → 发烧: what is left of a sentence without days and the wish itself, if it is a cause."""
    text = sentence.text
    told = re.match(r"[^,]{2,14}了,?(?=我?(?:想要?|要|得|需要)?(?:请|休)|.{0,6}(?:请|休))", text)
    if not told and not re.search(r"不来|来不了|来不成|不能来|不能上班|上不了|去不了|不去|不上班|生了", text):
        return ""
    at = min([m.start() for m in _ABSENT.finditer(text)] + [t.start for t in sentence.tokens] + [len(text)])
    if at < 3:
        at = max([t.end for t in sentence.tokens if t.start < 3] + [0])
        stop = min([m.start() for m in _ABSENT.finditer(text, at)] + [len(text)])
        head = text[at:stop]
    else:
        head = text[:at]
    rest = _EDGES.sub("", _EDGES.sub("", head.lstrip(",").split(",", maxsplit=1)[0]))
    rest += "了" * (rest.endswith("生") and f"{rest}了" in text)
    return sentence.verbatim(text.find(rest), text.find(rest) + len(rest)) if len(rest) >= 2 else ""


def _clauses(text: str) -> list[tuple[str, int]]:
    out, start = [], 0
    for match in _CLAUSE.finditer(text):
        out.append((text[start : match.start()], start))
        start = match.end()
    return [*out, (text[start:], start)]


@extractor
def reject_reason(sentence: Sentence) -> Slots:
    """All that follows the refusal and what is refused; without it what was said before."""
    marked = _marked(sentence)
    if marked:
        return {"reason": marked}
    verb = VERB.search(sentence.text)
    if verb is None:
        return {}
    start = _after(sentence, verb.end())
    rest = sentence.text[start:].rstrip(",;! ")
    if len(rest) >= 2 and not VERB.fullmatch(rest):
        return {"reason": sentence.verbatim(start, start + len(rest))}
    begin = _after(sentence, 0)
    before = sentence.text[begin : verb.start()].rstrip(",;!我先都就 ")
    told = len(before) >= 3 and not re.search(r"同意|批|通过|其[他它余]|剩下|别的|除", before)
    return {"reason": sentence.verbatim(begin, begin + len(before))} if told else {}


def _after(sentence: Sentence, at: int) -> int:
    """Where names, codes, dates and kinds right after a place end, with the separators that follow."""
    text = sentence.text
    marks = [(m.start, m.end) for m in sentence.mentions]
    while True:
        gap = _SEPARATORS.match(text, at)
        beyond = gap.end() if gap else at
        named = next((end for start, end in marks if start == beyond), None)
        code = _NAMED.match(text, at)
        stuff = _STUFF.match(text, at)
        day = next((t.end for t in sentence.tokens if t.start == at), None)
        moved = named or (code.end() if code else None) or (stuff.end() if stuff else None) or day
        if moved is None or moved <= at:
            return beyond
        at = moved


@extractor
def praise(sentence: Sentence) -> Slots:
    """What somebody is thanked for."""
    clauses = [
        c for c, _ in _clauses(sentence.text) if len(c) >= 3 and not re.search(r"点(?:个)?赞|积分|匿名|表扬|送|奖励", c)
    ]
    return {"reason": clauses[-1]} if clauses else {}
