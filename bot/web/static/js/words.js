/** All words of the page that are not in console.html. */

export const CARD_STATES = {
  draft: "待确认",
  waiting: "等待中",
  approved: "已批准",
  rejected: "已驳回",
  withdrawn: "已撤回",
  expired: "已失效",
  done: "已完成",
};

export const TRACE_KINDS = { understood: "理解", handled: "办理", sent: "发出", refused: "没有办" };

/** Names of what a trace entry or a slot holds; a name not listed is shown as it is. */
export const FACTS = {
  intent: "意图", slots: "要素", confidence: "把握", handler: "由谁处理", flow: "流程", step: "步骤", node: "节点", rule: "规则",
  template: "卡片", card: "卡片", to: "发给", platform: "平台", conversation: "对话", error: "原因", reason: "事由", action: "按钮",
  asked: "追问", candidates: "其他可能", source: "依据", duration_ms: "用时(毫秒)", message_id: "消息编号", state: "状态", facts: "事实",
  leave_type: "假别", start_date: "开始", end_date: "结束", start_half: "开始半天", end_half: "结束半天", start_time: "开始时刻",
  end_time: "结束时刻", duration_days: "天数", duration_hours: "小时", date: "日期", time: "时刻", half: "半天", direction: "方向",
  month: "月份", period: "期间", year: "年份", metric: "指标", person: "人", compensation: "补偿", city: "城市", transport: "交通",
  shift: "班次", target_date: "对方日期", target_shift: "对方班次", item: "项目", kind: "类别", department: "部门", amount: "金额",
  category: "类目", score: "评分", choice: "选择", title: "标题", field: "字段", value: "值", candidate: "候选人", round: "轮次",
};

/** Values that understanding writes as codes. */
export const VALUES = {
  annual: "年假", personal: "事假", sick: "病假", comp_off: "调休", marriage: "婚假", maternity: "产假", paternity: "陪产假", prenatal: "产检假",
  bereavement: "丧假", childcare: "育儿假", nursing: "哺乳假", parental_care: "护理假", injury: "工伤假", AM: "上午", PM: "下午", in: "上班", out: "下班",
  morning: "早班", middle: "中班", evening: "晚班", night: "夜班", day: "白班", pay: "加班费", plane: "飞机", train: "火车",
};

export const words = {
  app: "人事助手",
  direct: "单聊",
  unread: (n) => `${n} 条未读`,
  people: (n) => (n ? `找到 ${n} 人` : "没有找到"),
  nobody: "没有找到这个人。可以试试拼音首字母、部门或上级的名字。",
  noDepartment: "未分部门",
  speakingAs: (name) => `以${name}的身份`,
  reportsTo: (name) => `上级 ${name}`,
  members: (n) => `${n} 人`,
  you: "我",
  welcome: (name) => `${name}，您好`,
  welcomeLead: "请假、查余额、看审批，直接说就行。例如：",
  sending: "发送中…",
  sent: "已发送",
  notSent: "没有发出去",
  retry: "重试",
  remove: "删除",
  removeFile: (name) => `去掉 ${name}`,
  fileLost: "页面刷新过，文件需要重新选择。",
  emptyFile: (name) => `「${name}」是空文件，没有添加。`,
  tooMany: (n) => `一次最多发 ${n} 个文件。`,
  picture: "图片",
  openPicture: (name) => `查看图片 ${name}`,
  pressing: "处理中…",
  choose: "请选择",
  cardChanged: (title, state) => (state ? `${title}：${state}` : `${title}有更新`),
  cardChangedAbove: (title) => `「${title}」有更新，点此查看`,
  newMessages: "有新消息",
  noAnswerYet: "还没有收到答复，收到后会自动显示。",
  traceEmpty: "发一句话，这里会显示：听懂了什么、哪一步办的、发给了谁。",
  raw: "原始数据",
  reconnecting: "连接断开，正在重连…",
  offline: "网络断开了，恢复后会自动继续。",
  refresh: "刷新页面",
  loadFailed: "人员名单没有取到。",
  clockDemo: "演示时间",
  clock: "时间",
};

/** What can be said, by what the person is; those that end in … are only filled in. */
export const SUGGESTIONS = {
  everybody: ["我还有几天年假", "我想下周三下午请半天年假", "我的年假是怎么算出来的", "谁会审批我的请假", "下周谁休假", "帮助"],
  manager: ["我的待办"],
  hr: ["花名册模板", "给韩梅梅加1天年假，原因：补休…"],
  payroll: [],
};

/** A clear sentence for an answer that was not what we hoped; the server's own Chinese words go first. */
export function problemWords(status, said) {
  if (said && /[\u4e00-\u9fff]/.test(said)) return said;
  if (status === 0) return navigator.onLine === false ? "网络断开了。" : "连不上服务器。";
  if (status === 401) return "登录已过期，请刷新页面重新登录。";
  if (status === 403) return "您没有权限做这件事。";
  if (status === 404) return "没有找到，可能已经失效。";
  if (status === 408 || status === 504) return "服务器很久没有回应。";
  if (status === 409) return "这件事已经有人处理过了。";
  if (status === 413) return "文件太大，服务器不收。";
  if (status === 415) return "服务器不收这种文件。";
  if (status === 429) return "发得太快了，请稍等几秒再试。";
  if (status >= 500) return "服务器出了点问题。";
  return "这条内容服务器没有接受，请检查后再试。";
}
