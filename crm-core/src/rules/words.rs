//! Why a rule spoke, in words: each test with what was found, in English and Chinese. Pure.

use super::condition::{Op, Test};
use super::facts::{Fact, Facts};
use serde_json::Value as Json;

/// Characters of a value as shown.
const SHOWN_MAX: usize = 80;

/// What facts are called: name, English, Chinese.
const NAMES: &[(&str, &str, &str)] = &[
    ("card.birthday", "birthday", "生日"),
    ("card.birthday_in_days", "days until the birthday", "距生日天数"),
    ("card.kind", "kind of customer", "客户类型"),
    ("card.language", "language", "语言"),
    ("card.name", "name", "姓名"),
    ("card.notes", "notes", "备注"),
    ("card.tier", "tier", "客户等级"),
    ("customer.amount_due", "amount due", "应付金额"),
    ("customer.contract", "a contract holds", "合同有效"),
    ("customer.contract_ends", "contract ends", "合同到期日"),
    ("customer.order_last_delivery", "delivery of the last order", "上次订单配送"),
    ("customer.order_last_number", "last order", "上次订单"),
    ("customer.order_last_state", "state of the last order", "上次订单状态"),
    ("customer.orders_open", "open orders", "未完成订单"),
    ("customer.warranty", "under warranty", "保修有效"),
    ("customer.warranty_until", "warranty until", "保修截止"),
    ("items.callback.count", "callbacks promised", "待回电"),
    ("items.callback.due_in_hours", "hours until the callback", "距回电小时数"),
    ("items.callback.overdue", "callbacks overdue", "逾期回电"),
    ("items.count", "open items", "未结事项"),
    ("items.order.count", "open orders", "未完成订单"),
    ("items.order.due_in_hours", "hours until the order is due", "距订单到期小时数"),
    ("items.order.overdue", "orders overdue", "逾期订单"),
    ("items.order.title", "order", "订单"),
    ("items.ticket.count", "open tickets", "未结工单"),
    ("items.ticket.due_in_hours", "hours until the ticket is due", "距工单到期小时数"),
    ("items.ticket.overdue", "tickets overdue", "逾期工单"),
    ("items.ticket.title", "ticket", "工单"),
    ("queue.open", "the queue is open", "队列营业中"),
    ("queue.opens_in_hours", "hours until the queue opens", "距队列开放小时数"),
    ("queue.name", "queue", "队列"),
    ("recent.agent", "last agent", "上次坐席"),
    ("recent.count", "recent contacts", "近期联系次数"),
    ("recent.days_ago", "days since the last contact", "距上次联系天数"),
    ("recent.in_7_days", "contacts in 7 days", "7 天内联系次数"),
    ("recent.queue", "last queue", "上次队列"),
    ("recent.wrap_up", "outcome of the last contact", "上次结果"),
    ("time.hour", "hour of the day", "时刻"),
    ("time.weekday", "day of the week", "星期"),
];

/// One test in words. `failed`: it had to fail, and did. Languages other than Chinese are told in English.
pub(super) fn words(test: &Test, failed: bool, facts: &Facts, language: &str) -> String {
    let chinese = language == "zh" || language.starts_with("zh-");
    let known = NAMES.iter().find(|(name, ..)| *name == test.field);
    let name = known.map_or(test.field.as_str(), |(_, english, other)| if chinese { *other } else { *english });
    let found = facts.get(&test.field).map(shown);
    let is = match (&found, chinese) {
        (Some(found), false) => format!("{name}: {found}"),
        (Some(found), true) => format!("{name}：{found}"),
        (None, false) => format!("{name} not known"),
        (None, true) => format!("{name}未知"),
    };
    let says_it_all = matches!((test.op, failed), (Op::Eq, false) | (Op::Exists | Op::Missing, _));
    if says_it_all {
        return is;
    }
    let (op, value) = (op_words(test.op, chinese), value_words(&test.value));
    match (failed, chinese) {
        (false, false) => format!("{is} ({op} {value})"),
        (true, false) => format!("{is} (not {op} {value})"),
        (false, true) => format!("{is}（{op} {value}）"),
        (true, true) => format!("{is}（不符：{op} {value}）"),
    }
}

fn op_words(op: Op, chinese: bool) -> &'static str {
    let (english, other) = match op {
        Op::Eq => ("equal to", "等于"),
        Op::Ne => ("other than", "不同于"),
        Op::Gt => ("more than", "大于"),
        Op::Ge => ("at least", "至少"),
        Op::Lt => ("less than", "小于"),
        Op::Le => ("at most", "至多"),
        Op::In => ("one of", "属于"),
        Op::Contains => ("contains", "包含"),
        Op::StartsWith => ("begins with", "开头为"),
        Op::Exists => ("known", "已知"),
        Op::Missing => ("not known", "未知"),
    };
    if chinese { other } else { english }
}

fn shown(fact: &Fact) -> String {
    cut(&fact.shown())
}

fn value_words(value: &Json) -> String {
    match value {
        Json::String(text) => cut(text),
        Json::Array(all) => cut(&all.iter().map(value_words).collect::<Vec<_>>().join(", ")),
        Json::Null => String::new(),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => cut(&value.to_string()),
    }
}

/// On one line and not too long.
fn cut(text: &str) -> String {
    let mut out: String = text.chars().take(SHOWN_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        out.push('…');
    }
    out
}
