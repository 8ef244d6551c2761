"""Slots of people and parts: who, candidate, swap partner, department moved to, city."""

from __future__ import annotations

import re

from bot.understanding import lexicon
from bot.understanding.people import Mention
from bot.understanding.slots.sentence import Sentence, Slots, extractor

CITIES = (
    "北京|上海|广州|深圳|南京|杭州|苏州|成都|重庆|武汉|西安|天津|长沙|郑州|青岛|济南|合肥|福州|厦门|宁波|无锡|大连|沈阳|长春|哈尔滨|昆明|贵阳|南宁|海口|三亚|"
    "石家庄|太原|兰州|西宁|银川|乌鲁木齐|拉萨|呼和浩特|南昌|佛山|东莞|珠海|中山|惠州|温州|嘉兴|绍兴|金华|台州|常州|南通|扬州|徐州|镇江|泰州|盐城|烟台|威海|"
    "潍坊|临沂|洛阳|桂林|泉州|香港|澳门|台北|新加坡|东京|大阪|首尔|曼谷|伦敦|纽约|巴黎|柏林|硅谷|旧金山|洛杉矶|义乌|昆山|芜湖|唐山|保定|襄阳|宜昌|株洲|湘潭|绵阳|赣州|湖州|连云港|淮安|宿迁|雄安|柳州|北海|丽江|大理"
)
_CITY = re.compile(CITIES)
_TO_PLACE = re.compile(r"(?:去|到|飞|赴|前往)(?P<p>[一-龥]{2,4}?)(?:出差|见客户|开会|拜访|参加|培训|$|[,])")


STRANGERS = {"attendance.query", "#whos_out", "directory.lookup", "approval.approve", "#batch", "approval.reject"} | {
    "recognition.give"
}


def _names(found: list[Mention]) -> str | list[str] | None:
    names = list(dict.fromkeys(m.name for m in found))
    return None if not names else names[0] if len(names) == 1 else names


@extractor
def person(sentence: Sentence) -> Slots:
    """Everybody named; where a stranger may be meant, a name that is on no roster as written."""
    kept = [m for m in sentence.mentions if not sentence.text[: m.start].endswith(("除了", "除", "不含"))]
    if not kept and not sentence.mentions and sentence.intent in STRANGERS:
        kept = [m for m in sentence.people.strangers(sentence.text) if not _timed(m, sentence)]
    names = _names(kept)
    return {"person": names} if names else {}


def _timed(mention: Mention, sentence: Sentence) -> bool:
    return any(t.start < mention.end and mention.start < t.end for t in sentence.tokens)


@extractor
def others(sentence: Sentence) -> Slots:
    """People who come along."""
    return person(sentence)


@extractor
def city(sentence: Sentence) -> Slots:
    """Where a trip goes."""
    found = list(dict.fromkeys(_CITY.findall(sentence.text)))
    if len(found) > 1:
        origin = re.search(rf"从({CITIES})", sentence.text)
        found = [name for name in found if origin is None or name != origin[1]] or found
    if found:
        return {"city": found[0] if len(found) == 1 else found}
    match = _TO_PLACE.search(sentence.text)
    if (
        match
        and not set(match["p"]) & set("机去来了我他她")
        and not sentence.people.find(match["p"])
        and match["p"] not in {"哪里", "外地", "客户", "公司", "现场", "总部", "分公司"}
    ):
        return {"city": match["p"]}
    return {}


@extractor
def transfer(sentence: Sentence) -> Slots:
    """person = the new approver (after 转/给), applicant = whose request it is."""
    text, found = sentence.text, sentence.mentions
    slots: Slots = {}
    for mention in found:
        before = text[max(0, mention.start - 3) : mention.start]
        after = text[mention.end : mention.end + 5]
        if re.search(r"(?:给|转|交|让|由|请|到|派)@?$", before) or (
            len(found) == 1 and not re.match(r"的|提交|申请", after)
        ):
            slots["person"] = mention.name
        else:
            slots.setdefault("applicant", mention.name)
    return slots


@extractor
def candidate(sentence: Sentence) -> Slots:
    """Somebody who is not (yet) a colleague."""
    found = _candidates(sentence)
    return {"candidate": found[0].name} if found else {}


_INTERVIEWER = re.compile(r"(?:面试官|主面|面官)(?:是|为|:|选|找|安排|换成|改成)?@?$|(?:由|让|请|和|跟|找|叫|,)@?$")


def _candidates(sentence: Sentence) -> list[Mention]:
    strangers = [m for m in sentence.people.strangers(sentence.text) if not _taken(m, sentence.mentions)]
    nick = [m for m in sentence.mentions if not m.canonical]
    return strangers or nick or [m for m in sentence.mentions if not _leads(sentence, m)]


def _leads(sentence: Sentence, mention: Mention) -> bool:
    before, after = sentence.text[: mention.start], sentence.text[mention.end :]
    return bool(
        _INTERVIEWER.search(before[-6:]) or re.match(r"(?:来|去)?(?:面试官|面(?!试)|当面试官|主面|做面试官)", after)
    )


def _taken(mention: Mention, others: list[Mention]) -> bool:
    return any(mention.start < o.end and o.start < mention.end for o in others if o.canonical)


@extractor
def interviewer(sentence: Sentence) -> Slots:
    """Colleagues named in an interview that are not the candidate."""
    chosen = candidate(sentence).get("candidate")
    names = _names([m for m in sentence.mentions if m.canonical and m.name != chosen])
    return {"person": names} if names else {}


POSITION = re.compile(
    r"(?:做|当|应聘|面|任|为|岗位是|职位是|岗位|职位|投|入职)(?P<p>[一-龥a-z+#]{2,12}?)(?:岗位|岗|职位|一职|的?面试|$|[,.!?]|入职|吧|吗)"
    r"|(?P<q>(?:高级|资深|初级|前端|后端|java|python|ui|产品|测试|运营|销售|市场|客服|财务|行政|人事|算法|数据|平面|视觉|交互|嵌入式|安卓|运维|法务|hr)*"
    r"(?:工程师|设计师|经理|专员|主管|总监|助理|会计|出纳|顾问|分析师|架构师|开发|程序员|文员|前台|司机|客服|编辑|策划|导购|店长|产品经理))"
)


@extractor
def position(sentence: Sentence) -> Slots:
    """The post somebody is recommended or hired for."""
    for match in POSITION.finditer(sentence.text):
        found = match["q"] or match["p"]
        if found and not re.search(r"内推|推荐|登记|办理|手续|流程|部$|^(?:一个|什么|哪个)", found):
            return {"position": re.sub(r"^(?:.*(?:部|当|做)|的|一名|一个|个)", "", found)}
    return {}


@extractor
def moved(sentence: Sentence) -> Slots:
    """department (to), from_department, position of a transfer."""
    text = sentence.text
    found = lexicon.earliest("department", text)
    slots: Slots = {}
    for at, name in found:
        before = text[max(0, at - 3) : at]
        if re.match(r"(?:经理|总监|主管|专员|代表|工程师|组长|助理)", text[at + 2 :]):
            continue
        if re.search(r"(?:从|由|原)$", before):
            slots["from_department"] = name
        elif re.search(r"(?:到|去|至|入|往|进|给)$", before) or "department" not in slots:
            slots["department"] = name
    match = re.search(
        r"(?:升任|升为|升职?为?|晋升为?|提拔为?|任命为?|担任|升任|升成|提为|任|当)(?P<p>[一-龥a-z]{2,8}?)(?:吧|,|$|了|岗)",
        text,
    )
    if match and "转正" not in match["p"] and not re.search(r"一级|职级|部$", match["p"]):
        slots["position"] = match["p"]
    return slots
