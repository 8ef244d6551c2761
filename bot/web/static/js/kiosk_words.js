/** All words of a shared device that are not in kiosk.html. */

export const words = {
  question: { who: "请刷工牌，或输入工号", pin: "请输入 6 位密码", own: "请设一个新的 6 位密码", again: "请再输入一次新密码" },
  hint: {
    who: "工牌贴近读卡器；没有工牌就输入工号，再按“下一步”。",
    pin: "第一次使用，请输入人力资源部给的初始密码。",
    own: "不要用连号、重复的数字、生日、工号或手机号。",
    again: "和刚才输入的一样。",
  },
  typed: (n) => `已输入 ${n} 位`,
  differ: "两次输入的不一样，请重新设一个。",
  looking: "正在核对…",
  back: "删除",
  next: "下一步",
  again: "恢复后会自动继续。",
  cleared: "屏幕上的内容已经清除。",
  leave: "退出",
  stay: "继续使用",
  left: (n) => `${n} 秒后自动退出`,
  still: "还在吗？",
  stillLead: (n) => `没有操作，${n} 秒后自动退出。`,
  ending: "时间到了",
  endingLead: (n) => `一次最多用 10 分钟，${n} 秒后退出。要继续请重新刷工牌。`,
  noDownload: "一体机上不能下载文件，请在手机或电脑上查看，或请人力资源部打印。",
};

/** What can be pressed instead of typed: only what works today. */
export const SHORTCUTS = ["我还有几天年假", "我想请假", "我的请假到谁了", "下周谁休假", "我的待办", "帮助"];
