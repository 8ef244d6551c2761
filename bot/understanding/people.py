"""Who is meant: full name, @, pinyin, English name, unique given name, one homophone typo; others as written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin

from bot.understanding.types import RosterEntry

SURNAMES = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹"
    "孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包"
    "宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢公嵇哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
COMMON = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱尹薛"
    "闫段雷侯史陶黎贺顾毛郝龚邵钱严覃戴莫孔汤温康施牛樊葛邢齐乔伍庞颜倪庄聂鲁岳翟殷詹申欧耿焦俞左柳甘祝阮柯童凌裴霍翁冉骆蓝靳柴鲍祁蒲滕饶牟艾穆卓"
)
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒")
TITLES = r"(?:同学|老师|领导|先生|女士|同事)"
_NICK = re.compile(
    r"(?<![大最较很从太缩减变至])(?:[小老阿][A-Za-z\u4e00-\u9fff])(?![组时型心件程板家师手说票费区姐哥])|(?<![\u4e00-\u9fff])[小老][\u4e00-\u9fff](?=[姐哥])"
)
_TITLED = re.compile(
    r"([\u4e00-\u9fff])(总监|总|经理|主管|工|姐|哥|部长|主任|老板|董|助理|师傅|叔|阿姨|处|局)(?![监结共计部的数额价时程作资具会务])"
)
_NOT_NAME = set(
    "的了吗呢吧啊是在有我你他她它不没很也都就要会能可去来到给把被跟和同与请问帮让叫做为什么怎这那哪一二三四五六七八九十几多少年月日号天点分周早晚上下"
    "个次事假班岗薪资工试面考勤奖金额度申批驳撤转审签催报销差旅补卡加休病调产婚丧育护养老公司部门组织架构培训课程绩效目标"
    "通过知道说话看查改换谁每些所以从对过但又再只最更进出现前后内外中当时间里录用入职离任推荐安排约见聊终复初发试谈先又再已被"
)
_AFTER_ONE = set("面下个起直共定天周月些样般次份二试")
_CUE_AFTER = re.compile(
    r"$|[,.!?:;、()的了吗呢吧啊和跟与在请去来做当应投是不没挂过有明后今昨下上本这周星礼已暂发已\d\"' +]|"
    r"面试|一面|二面|三面|终面|复试|初试|面评|面得|offer|入职|办|转正|"
    r"调|升|晋|简历|同学|老师|先生|女士|通过|录用|报到|到岗|待定|不行|表现|还|"
    r"评价|给|写|打|被|录|薪|月薪|约|安排|面|定|帮|人|技|能|也|先|想[来做去应投]|可以|淘汰|合适|进|考|加|昨|提|聊"
)


@dataclass(frozen=True)
class Mention:
    """A person in the text; `canonical` when exactly one colleague is meant, else the words as written."""

    start: int
    end: int
    name: str
    canonical: bool
    candidates: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def sound(text: str) -> str:
    """Pinyin without tones or spaces."""
    return "".join(lazy_pinyin(text))


class People:
    """The roster, indexed by every way of naming somebody."""

    def __init__(self, roster: Sequence[RosterEntry]) -> None:
        self.names = {entry.name: entry for entry in roster}
        self.by_sound: dict[str, list[RosterEntry]] = defaultdict(list)
        given: dict[str, list[RosterEntry]] = defaultdict(list)
        latin: dict[str, list[RosterEntry]] = defaultdict(list)
        for entry in roster:
            self.by_sound[sound(entry.name)].append(entry)
            for key in {entry.pinyin.lower(), entry.id.lower()} | ({entry.english.lower()} if entry.english else set()):
                latin[key].append(entry)
            short = entry.name[2:] if entry.name.startswith(COMPOUND) else entry.name[1:]
            if len(short) >= 2:
                given[short].append(entry)
        self.latin = dict(latin)
        self.given = {short: found[0] for short, found in given.items() if len(found) == 1}
        names = sorted(self.names, key=len, reverse=True)
        self._exact = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        self._given = re.compile("|".join(map(re.escape, self.given)) or r"(?!)")
        self._latin = re.compile(
            r"(?<![a-z0-9])(?:"
            + ("|".join(map(re.escape, sorted(self.latin, key=len, reverse=True))) or "(?!)")
            + r")(?![a-z0-9])"
        )

    def candidates(self, mention: str) -> tuple[RosterEntry, ...]:
        """Everybody a mention may mean: by name, sound, given name or Latin letters."""
        if mention in self.names:
            return (self.names[mention],)
        if mention in self.given:
            return (self.given[mention],)
        key = mention.lower().lstrip("@").replace(" ", "")
        found = self.latin.get(key) or self.by_sound.get(sound(mention)) or []
        return tuple(found)

    def find(self, text: str) -> list[Mention]:
        """Everybody named in a normalised text, left to right."""
        found: list[Mention] = [self._known(m.start(), m.end(), self.names[m[0]]) for m in self._exact.finditer(text)]
        for match in self._latin.finditer(text):
            people = self.latin[match[0]]
            if len(people) == 1:
                found.append(self._known(match.start(), match.end(), people[0]))
            else:
                ids = tuple(entry.id for entry in people)
                found.append(Mention(match.start(), match.end(), match[0], False, ids))
        found += [self._known(m.start(), m.end(), self.given[m[0]]) for m in self._given.finditer(text)]
        found += self._homophones(text)
        found += [Mention(m.start(), m.end(), m[0], False) for m in _TITLED.finditer(text) if m[1] in COMMON]
        found += [Mention(m.start(), m.end(), m[0], False) for m in _NICK.finditer(text) if m[0][1] in COMMON]
        return _distinct(found)

    def _known(self, start: int, end: int, entry: RosterEntry) -> Mention:
        return Mention(start, end, entry.name, True, (entry.id,))

    def _homophones(self, text: str) -> list[Mention]:
        found: list[Mention] = []
        for start, char in enumerate(text):
            if char not in SURNAMES:
                continue
            for size in (3, 2):
                piece = text[start : start + size]
                if len(piece) < size or piece in self.names or not piece.isalpha() or piece.isascii():
                    continue
                people = self.by_sound.get(sound(piece), [])
                if len(people) == 1:
                    found.append(self._known(start, start + size, people[0]))
                elif people:
                    found.append(Mention(start, start + size, piece, False, tuple(entry.id for entry in people)))
        return found

    def strangers(self, text: str) -> list[Mention]:
        """Names of people who are not on the roster (candidates): a surname and what can be a given name."""
        found: list[Mention] = []
        for start, char in enumerate(text):
            compound = text.startswith(COMPOUND, start)
            if not compound and char not in COMMON:
                continue
            sizes = (4, 3) if compound else (3, 2)
            for size in sizes:
                piece = text[start : start + size]
                rest = piece[2 if compound else 1 :]
                if not compound and len(rest) == 2 and rest[0] == "一" and rest[1] not in _AFTER_ONE:
                    rest = rest[1]  # 赵一鸣
                if len(rest) == 2 and rest[1] == "想" and text.startswith(("来", "做", "去", "应", "投"), start + size):
                    continue  # 陈晨想来
                likely = len(piece) == size and not set(rest) & _NOT_NAME and piece.isalpha() and not piece.isascii()
                if likely and _CUE_AFTER.match(text, start + size):
                    found.append(Mention(start, start + size, piece, False))
                    break
        return _distinct(found)


def _distinct(found: list[Mention]) -> list[Mention]:
    chosen: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start, not m.canonical, -m.end)):
        if not chosen or mention.start >= chosen[-1].end:
            chosen.append(mention)
    return chosen
