//! The demo's articles, its script for sales, and the rules that say why its customers call. Plain data, written through the store; safe to
//! repeat.

use super::seed::{Seeded, VIA};
use anyhow::Context;
use crm_core::model::{Audience, KnowledgeArticle, KnowledgeArticleId, KnowledgeCategory, NewArticle, Resource, Rule, Script, Stored};
use crm_core::script::Document;
use crm_core::{ListQuery, Store, Who};
use cti_types::Utc;
use serde_json::{Value, json};

/// An article: category, language, the title of the one it translates, its own, keywords, text.
type Article = (&'static str, &'static str, Option<&'static str>, &'static str, &'static [&'static str], &'static str);

const ARTICLES: [Article; 8] = [
    (
        "Account",
        "en",
        None,
        "Reset a customer's password",
        &["sign in", "locked out"],
        "1. Ask for the account number and the postal code.\n2. Open the account and choose **Send reset link**.\n\
         3. The link is valid for 30 minutes. If no mail arrives, check the spam folder and the address on file.\n\n\
         Never ask for the old password, and never set a new one for the customer.",
    ),
    (
        "Account",
        "zh",
        Some("Reset a customer's password"),
        "重置客户密码",
        &["登录", "忘记密码"],
        "1. 核对客户的账号和邮政编码。\n2. 打开账户，选择**发送重置链接**。\n3. 链接在 30 分钟内有效。如果客户没有收到邮件，请检查垃圾邮件和登记的邮箱地址。\n\n\
         不要询问旧密码，也不要替客户设置新密码。",
    ),
    (
        "Orders",
        "en",
        None,
        "Where is my order? Delivery times",
        &["parcel", "late", "tracking"],
        "Standard delivery takes three to five working days, furniture up to ten.\n\nLook at the order's status first. A parcel without news for \
         five days is traced with the carrier: open a ticket of the type *delivery* and promise an answer within two working days.",
    ),
    (
        "Orders",
        "zh",
        Some("Where is my order? Delivery times"),
        "订单配送时间和物流查询",
        &["快递", "包裹"],
        "普通配送需要三到五个工作日，家具最长十个工作日。\n\n请先查看订单状态。如果五天没有物流信息，请创建“配送”工单联系承运商，并承诺客户两个工作日内答复。",
    ),
    (
        "Orders",
        "en",
        None,
        "Returns and refunds",
        &["send back", "money back"],
        "Goods may be returned within 30 days, unused and in their packaging. The refund is paid by the way the customer paid, within five \
         working days after the goods have arrived.\n\nFurniture is collected: agree on a day with the customer.",
    ),
    (
        "Orders",
        "zh",
        Some("Returns and refunds"),
        "退货与退款",
        &["退钱", "取消订单"],
        "商品未使用且包装完好，可在 30 天内退货。收到退货后五个工作日内，退款按原支付方式退回。\n\n家具由我们上门取货，请与客户约定日期。",
    ),
    (
        "Devices",
        "en",
        None,
        "The printer will not wake up",
        &["sleep mode", "offline"],
        "1. Hold the power button for ten seconds, then wait for a minute.\n2. Unplug the network cable and plug it in again.\n\
         3. If the display stays dark, the power supply is to be replaced: open a ticket of the type *repair*.",
    ),
    (
        "Billing",
        "en",
        None,
        "Change the address on an invoice",
        &["billing", "wrong address"],
        "An invoice that was sent cannot be changed; cancel it and write a new one.\n\nCorrect the address in the account first, so that the \
         next invoice is right as well.",
    ),
];

fn script() -> Value {
    json!({
        "language": "en",
        "start": "greet",
        "steps": [
            { "id": "greet",
              "title": { "en": "Greeting", "zh": "问候" },
              "text": {
                  "en": "Good day {card.name}, thank you for calling sales. What are you looking for?",
                  "zh": "{card.name}您好，感谢致电销售部。请问您想了解什么？",
              },
              "inputs": [
                  { "name": "product", "label": { "en": "Looking for", "zh": "产品" }, "kind": "choice", "required": true,
                    "choices": [
                        { "value": "chairs", "label": { "en": "Chairs", "zh": "椅子" } },
                        { "value": "desks", "label": { "en": "Desks", "zh": "桌子" } },
                        { "value": "other", "label": { "en": "Something else", "zh": "其他" } },
                    ],
                    "write": { "to": "customer", "field": "attributes.interest" } },
                  { "name": "pieces", "label": { "en": "How many", "zh": "数量" }, "kind": "number", "required": true, "min": 1, "max": 10_000 },
              ],
              "branches": [{ "when": { "field": "answers.pieces", "op": "ge", "value": 10 }, "next": "project" }],
              "next": "order" },
            { "id": "project",
              "title": { "en": "A larger order", "zh": "大宗订单" },
              "text": {
                  "en": "For {answers.pieces} pieces we make an offer of our own. By when are they needed?",
                  "zh": "{answers.pieces} 件我们可以单独报价。请问什么时候需要？",
              },
              "inputs": [
                  { "name": "needed_by", "label": { "en": "Needed by", "zh": "需要日期" }, "kind": "date" },
                  { "name": "wishes", "label": { "en": "Wishes", "zh": "要求" }, "kind": "text", "write": { "to": "customer", "field": "notes" } },
              ],
              "next": "promise" },
            { "id": "order",
              "text": {
                  "en": "I will gladly take the order. Delivery takes three to five working days.",
                  "zh": "好的，我来为您下单。配送需要三到五个工作日。",
              },
              "inputs": [{ "name": "placed", "label": { "en": "Order placed", "zh": "已下单" }, "kind": "boolean" }],
              "next": "end" },
            { "id": "promise",
              "text": {
                  "en": "You will have the offer within two working days.",
                  "zh": "我们会在两个工作日内把报价发给您。",
              },
              "next": "end" },
            { "id": "end", "text": { "en": "Is there anything else? Goodbye.", "zh": "还有其他需要吗？再见。" }, "end": true },
        ],
    })
}

fn rules(sales: &str) -> [Value; 4] {
    [
        json!({
            "name": "An open ticket", "kind": "reason", "score": 900,
            "conditions": { "field": "items.ticket.count", "op": "ge", "value": 1 },
            "texts": { "en": "the open ticket: {items.ticket.title}", "zh": "未结工单：{items.ticket.title}" },
        }),
        json!({
            "name": "An order on its way", "kind": "reason", "score": 800,
            "conditions": { "field": "items.order.count", "op": "ge", "value": 1 },
            "texts": { "en": "the order: {items.order.title}", "zh": "订单：{items.order.title}" },
        }),
        json!({
            "name": "Third contact in a week", "kind": "reason", "score": 700,
            "conditions": { "all": [
                { "field": "recent.in_7_days", "op": "ge", "value": 3 },
                { "not": { "field": "recent.wrap_up", "op": "in", "value": ["Resolved", "Order placed"] } },
            ] },
            "texts": {
                "en": "something still not settled: {recent.in_7_days} contacts in 7 days, the last one {recent.wrap_up}",
                "zh": "问题可能仍未解决：7 天内联系 {recent.in_7_days} 次，上次结果 {recent.wrap_up}",
            },
        }),
        json!({
            "name": "Priority delivery for gold customers", "kind": "offer", "score": 600, "queues": [sales],
            "conditions": { "all": [
                { "field": "card.tier", "op": "eq", "value": "gold" },
                { "field": "items.ticket.count", "op": "eq", "value": 0 },
            ] },
            "texts": { "en": "delivery within a day, free for gold customers", "zh": "金牌客户免费次日送达" },
        }),
    ]
}

/// Writes what is not there yet.
///
/// # Errors
/// When the store is away or refuses a row.
pub(super) async fn fill(store: &Store, now: Utc, seeded: &Seeded) -> anyhow::Result<()> {
    // Somebody has written it.
    let who = seeded.users.get("admin").map_or_else(|| Who::system(VIA), |admin| Who::user(*admin, VIA));
    for article in &ARTICLES {
        write(store, &who, now, article).await.with_context(|| format!("cannot write the article {}", article.3))?;
    }
    if find::<Script>(store, "name", "Sales talk").await?.is_none() {
        let data = Script { name: "Sales talk".into(), queue_id: Some(seeded.sales), active: true };
        let script = store.insert(&who, now, data).await.context("cannot make the script")?;
        let document: Document = serde_json::from_value(self::script()).context("the script cannot be read")?;
        let version = store.add_script_version(&who, now, script.id, document).await.context("cannot write the script")?;
        store.publish_script_version(&who, now, script.id, version.number).await?;
    }
    for rule in rules(&seeded.sales.to_string()) {
        let rule: Rule = serde_json::from_value(rule).context("a rule cannot be read")?;
        if find::<Rule>(store, "name", &rule.name).await?.is_none() {
            store.insert(&who, now, rule).await.context("cannot make a rule")?;
        }
    }
    Ok(())
}

async fn write(store: &Store, who: &Who, now: Utc, article: &Article) -> anyhow::Result<()> {
    let (category, language, translation_of, title, keywords, body) = *article;
    if find::<KnowledgeArticle>(store, "title", title).await?.is_some() {
        return Ok(());
    }
    let category_id = match find::<KnowledgeCategory>(store, "name", category).await? {
        Some(found) => found.id,
        None => store.insert(who, now, KnowledgeCategory { name: category.into(), parent_id: None, sort: 0 }).await?.id,
    };
    let translation_of: Option<KnowledgeArticleId> = match translation_of {
        Some(title) => find::<KnowledgeArticle>(store, "title", title).await?.map(|article| article.id),
        None => None,
    };
    let new = NewArticle {
        category_id: Some(category_id),
        language: language.into(),
        translation_of,
        audience: Audience::Agents,
        valid_until: None,
        review_due_at: Some(Utc(now.0 + 180 * 86_400_000_000)),
        title: title.into(),
        body: body.into(),
        keywords: keywords.iter().map(|word| (*word).to_owned()).collect(),
    };
    let (article, version) = store.create_article(who, now, new).await?;
    store.publish_article_version(who, now, article.id, version.number, true).await?;
    Ok(())
}

async fn find<R: Resource>(store: &Store, field: &str, value: &str) -> anyhow::Result<Option<Stored<R>>> {
    let query = ListQuery { limit: Some(1), equals: vec![(field.to_owned(), value.to_owned())], ..ListQuery::default() };
    Ok(store.list::<R>(&query).await?.items.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_are_right() {
        let document: Document = serde_json::from_value(script()).unwrap();
        crm_core::script::Script::parse(document).unwrap_or_else(|errors| panic!("{errors:?}"));
        for rule in rules("00000000-0000-7000-8000-000000000000") {
            let text = rule.to_string();
            serde_json::from_value::<Rule>(rule).unwrap_or_else(|error| panic!("{error}: {text}"));
        }
        for (.., translation_of, _, _, _) in &ARTICLES {
            assert!(translation_of.is_none_or(|of| ARTICLES.iter().any(|article| article.3 == of)));
        }
    }
}
