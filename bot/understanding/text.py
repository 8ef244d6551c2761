"""One spelling for what people type: full-width, traditional, spaces, case."""

from __future__ import annotations

import re
import unicodedata

TRADITIONAL = dict(
    zip(
        "請調補還幾後週號點時個們這會為嗎過裡給對錯誤電腦開證明報銷費審批駁撤轉處理學問題節慶國勞動個稅資績效標進"
        "獎勵賞讚謝離職辭應該幫問卷滿體檢險養導師簽換搶認領訂類產陪護醫傷喪見結婚親總監門東龍馬張陳趙劉黃孫吳楊歐陽"
        "鄭許羅樂華麗寫聯繫繳納課術機壞藍屏網絡賬戶員訓練組織構確辦遠協與從兩無業務統計劃發單據讓頭邊間際實際長歲變"
        "據點話號碼輪斷連臨條規則園傳當專項聽說買賣車飯飛鐵東場樓隊參選層級終試錄歷簡趕緊兒媽爺頓視頻顯隱舉復記",
        "请调补还几后周号点时个们这会为吗过里给对错误电脑开证明报销费审批驳撤转处理学问题节庆国劳动个税资绩效标进"
        "奖励赏赞谢离职辞应该帮问卷满体检险养导师签换抢认领订类产陪护医伤丧见结婚亲总监门东龙马张陈赵刘黄孙吴杨欧阳"
        "郑许罗乐华丽写联系缴纳课术机坏蓝屏网络账户员训练组织构确办远协与从两无业务统计划发单据让头边间际实际长岁变"
        "据点话号码轮断连临条规则园传当专项听说买卖车饭飞铁东场楼队参选层级终试录历简赶紧儿妈爷顿视频显隐举复记",
        strict=True,
    )
)
_TABLE = str.maketrans(
    {**TRADITIONAL, "。": ",", "—": "-", "–": "-", "－": "-", "～": "~", "〜": "~", "“": '"', "”": '"'}
)
CJK = r"\u4e00-\u9fff"
_AROUND = re.compile(
    rf"(?<=[{CJK}])\s+(?=[\da-zA-Z@#])|(?<=[\d])\s+(?=[{CJK}])|\s+(?=[,.!?:;、)])|(?<=[,.!?:;、(@])\s+"
)
_BETWEEN = re.compile(rf"(?<=[{CJK}])\s+(?=[{CJK}])|(?<=[a-zA-Z])\s+(?=[{CJK}])")


def normalise(text: str) -> str:
    """Half-width, simplified, lower case; a space between Chinese words becomes a comma, others beside Chinese go."""
    plain = unicodedata.normalize("NFKC", text).translate(_TABLE).strip().lower()
    words = plain.split()
    if len(words) > 3 and all(len(word) == 1 for word in words):
        return "".join(words)
    return _BETWEEN.sub(",", _AROUND.sub("", " ".join(words)))
