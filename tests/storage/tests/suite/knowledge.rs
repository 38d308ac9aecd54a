//! The knowledge base: versions and their ways, and a search that finds the same on both databases.

use crate::config::user;
use crm_core::knowledge::{Rated, Search, Used};
use crm_core::model::*;
use crm_core::{ListQuery, StoreError, Who};
use cti_types::{Chance, InteractionId, UserId, Utc};
use serde_json::{Value, json};
use storage::{NOW, TestStore, on_both};

on_both!(
    a_search_finds_the_right_article_first,
    both_languages_are_found_and_marked,
    hostile_searches_never_fail,
    what_solves_more_comes_first,
    only_what_is_published_valid_and_for_the_reader_is_found,
    a_version_goes_from_draft_to_review_to_published_to_retired,
    nobody_reviews_what_they_wrote_but_an_administrator,
    translations_are_linked_and_there_is_one_of_each_language,
    wrong_fields_of_an_article_are_named,
    categories_form_trees_of_bounded_depth,
    many_articles_with_a_common_word_are_searched_within_bounds,
    searches_are_counted_without_who,
    uses_ratings_and_comments_add_up,
    requests_are_rows_like_others,
);

fn who() -> Who {
    Who::system("test")
}

async fn person(db: &TestStore, login: &str) -> UserId {
    db.store.insert(&who(), NOW, user(login)).await.expect("a user").id
}

fn new(title: &str, body: &str, more: Value) -> NewArticle {
    let mut article = json!({ "title": title, "body": body, "language": "en" });
    article.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    serde_json::from_value(article).expect("an article")
}

async fn published(db: &TestStore, title: &str, body: &str, more: Value) -> KnowledgeArticleId {
    let (article, version) = db.store.create_article(&who(), NOW, new(title, body, more)).await.expect("an article");
    db.store.publish_article_version(&who(), NOW, article.id, version.number, true).await.expect("a publication");
    article.id
}

/// Titles of what is found, the best first.
async fn found(db: &TestStore, text: &str, change: impl FnOnce(&mut Search)) -> Vec<String> {
    let mut search = Search { text: text.into(), level: 3, ..Search::default() };
    change(&mut search);
    let hits = db.store.search_articles(NOW, &search).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    hits.into_iter().map(|hit| hit.title.text).collect()
}

const SAMPLES: [(&str, &str, &str); 14] = [
    ("en", "Reset a password", "The customer cannot sign in. Choose *Send reset link*; it is valid for 30 minutes."),
    (
        "en",
        "Change the e-mail address of an account",
        "Open the account, choose the address, and confirm by a code that is sent to the new one.",
    ),
    (
        "en",
        "Delivery times and tracking a parcel",
        "Standard delivery takes three to five working days. A late parcel is traced with the carrier.",
    ),
    (
        "en",
        "Returns and refunds",
        "Goods are sent back within 30 days. The refund is paid within five working days, by the way the customer paid.",
    ),
    ("en", "Cancel an order", "An order that was not shipped yet is cancelled at once; else it is returned."),
    ("en", "The printer does not wake up", "Hold the power button for ten seconds. If the display stays dark, replace the power supply."),
    ("en", "Correct an invoice", "An invoice that was sent is cancelled and written anew. Correct the billing address first."),
    ("en", "Wi-Fi café hotspots", "Password of the day for visitors, and which channels are used in the cafés."),
    ("zh", "重置客户密码", "客户无法登录时，选择发送重置链接，链接在30分钟内有效。"),
    ("zh", "修改账户邮箱", "打开账户，选择邮箱地址，用发到新邮箱的验证码确认。"),
    ("zh", "配送时间和快递查询", "普通配送需要三到五个工作日。包裹迟到时联系承运商查询。"),
    ("zh", "退货与退款", "商品可在30天内退货，退款按原支付方式在五个工作日内退回。"),
    ("zh", "打印机无法唤醒", "按住电源键十秒。如果屏幕不亮，请更换电源。"),
    ("zh", "发票更正", "已开具的发票需要作废重开，请先更正账单地址。"),
];

async fn samples(db: &TestStore) {
    for (language, title, body) in SAMPLES {
        published(db, title, body, json!({ "language": language })).await;
    }
}

/// What people type, and the article that should come first.
const QUALITY: [(&str, &str); 34] = [
    ("password", "Reset a password"),
    ("how do I reset my password?", "Reset a password"),
    ("resetting passwords", "Reset a password"),
    ("customer can't sign in", "Reset a password"),
    ("PASSWORD RESET", "Reset a password"),
    ("change email address", "Change the e-mail address of an account"),
    ("where is the parcel", "Delivery times and tracking a parcel"),
    ("late deliveries", "Delivery times and tracking a parcel"),
    ("track package delivery time", "Delivery times and tracking a parcel"),
    ("refund", "Returns and refunds"),
    ("refunding a customer", "Returns and refunds"),
    ("send goods back", "Returns and refunds"),
    ("cancellation", "Cancel an order"),
    ("order cancelled", "Cancel an order"),
    ("printer", "The printer does not wake up"),
    ("printers not waking", "The printer does not wake up"),
    ("power supply dark display", "The printer does not wake up"),
    ("wrong billing address on invoice", "Correct an invoice"),
    ("invoices", "Correct an invoice"),
    ("cafe", "Wi-Fi café hotspots"),
    ("CAFÉ wifi hotspot", "Wi-Fi café hotspots"),
    ("ｐｒｉｎｔｅｒ", "The printer does not wake up"),
    ("密码", "重置客户密码"),
    ("怎么重置密码", "重置客户密码"),
    ("客户登录不了", "重置客户密码"),
    ("修改邮箱", "修改账户邮箱"),
    ("快递", "配送时间和快递查询"),
    ("包裹迟到", "配送时间和快递查询"),
    ("如何申请退款", "退货与退款"),
    ("退货", "退货与退款"),
    ("打印机", "打印机无法唤醒"),
    ("打印机不亮怎么办", "打印机无法唤醒"),
    ("发票", "发票更正"),
    ("账单地址错误", "发票更正"),
];

async fn a_search_finds_the_right_article_first(db: TestStore) {
    samples(&db).await;
    let mut wrong = Vec::new();
    for (query, expected) in QUALITY {
        let titles = found(&db, query, |_| {}).await;
        if titles.first().map(String::as_str) != Some(expected) {
            wrong.push(format!("{query}: {titles:?}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The scores themselves, so that one database cannot rank otherwise than the other.
    let search = Search { text: "reset password 密码".into(), level: 3, ..Search::default() };
    let hits = db.store.search_articles(NOW, &search).await.expect("hits");
    let scores: Vec<(String, String)> = hits.iter().map(|hit| (hit.title.text.clone(), format!("{:.6}", hit.score))).collect();
    assert_eq!(
        scores.iter().map(|(title, _)| title.as_str()).collect::<Vec<_>>(),
        ["Reset a password", "重置客户密码", "Wi-Fi café hotspots"],
        "{scores:?}"
    );
    assert_eq!(hits[0].why.there, ["reset", "password"]);
    assert_eq!(hits[0].why.missing, ["密码"]);
}

async fn both_languages_are_found_and_marked(db: TestStore) {
    samples(&db).await;
    let search = Search { text: "退款 refunds".into(), level: 3, ..Search::default() };
    let hits = db.store.search_articles(NOW, &search).await.expect("hits");
    let marked = |hit: &crm_core::knowledge::Hit| {
        let all: Vec<char> = hit.title.text.chars().collect();
        hit.title.marks.iter().map(|mark| all[mark.from..mark.to].iter().collect::<String>()).collect::<Vec<_>>()
    };
    let titles: Vec<(&str, Vec<String>)> = hits.iter().map(|hit| (hit.title.text.as_str(), marked(hit))).collect();
    assert!(titles.contains(&("退货与退款", vec!["退款".into()])), "{titles:?}");
    assert!(titles.contains(&("Returns and refunds", vec!["refunds".into()])), "{titles:?}");
    assert_eq!(found(&db, "退款 refunds", |search| search.language = Some("zh".into())).await, ["退货与退款"]);
}

async fn hostile_searches_never_fail(db: TestStore) {
    samples(&db).await;
    let long = "password ".repeat(2_000);
    let words = (0..2_000).fold(String::new(), |all, n| all + &format!("w{n} "));
    let hostile = [
        "",
        " ",
        "\"",
        "'",
        "\"password\" OR",
        "password*",
        "^password",
        "title:password",
        "NEAR(password reset, 2)",
        "AND OR NOT",
        "(((",
        ")",
        "password\" OR rowid = 1 --",
        "'; DROP TABLE knowledge_article; --",
        "'a' & !'b' | <-> :*",
        "\\",
        "%_%",
        "{password}",
        "\0password\0",
        "\u{7}\u{1b}[2J",
        "😀",
        "👩‍👩‍👧 password",
        "\u{202e}drowssap",
        "ﷺ",
        "\u{FEFF}密码\u{200B}",
        "密\u{301}码",
        "$1 $2 ?",
        "password\r\nreset",
        "\u{10FFFF}",
        long.as_str(),
        words.as_str(),
    ];
    for text in hostile {
        let hits = found(&db, text, |_| {}).await;
        db.store.count_search(NOW, text, Some("en"), hits.len()).await.unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
    assert_eq!(found(&db, "\"password\" OR reset*", |_| {}).await[0], "Reset a password", "signs are no operators");
    let body = "\0 \u{7} 😀 ' \" \\ & | ! <-> : * ( ) 密码 \u{202e} {{x}} $1";
    assert!(
        matches!(db.store.create_article(&who(), NOW, new("Signs", body, json!({}))).await, Err(StoreError::Invalid { .. })),
        "control characters are refused"
    );
    let plain = body.replace(['\0', '\u{7}'], "");
    published(&db, "Signs & 'words' \\ \"quoted\" 😀", &plain, json!({ "keywords": ["it's", "a:b", "<->"] })).await;
    assert_eq!(found(&db, "quoted signs", |_| {}).await[0], "Signs & 'words' \\ \"quoted\" 😀");
}

async fn what_solves_more_comes_first(db: TestStore) {
    let mut chance = Chance::from_number(3);
    let one = published(&db, "Printer, first way", "Do this.", json!({})).await;
    let two = published(&db, "Printer, other way", "Do that.", json!({})).await;
    assert_eq!(found(&db, "printer", |_| {}).await.len(), 2, "they are alike");
    for n in 0..10 {
        let used = |solved| Used { interaction_id: InteractionId::new(NOW, &mut chance.clone()), solved };
        db.store.article_used(&who(), NOW, two, used(n != 0)).await.expect("a use");
        db.store.article_used(&who(), NOW, one, used(n == 0)).await.expect("a use");
        chance.u64();
    }
    let search = Search { text: "printer".into(), level: 3, ..Search::default() };
    let hits = db.store.search_articles(NOW, &search).await.expect("hits");
    assert_eq!((hits[0].id, hits[0].why.used, hits[0].why.solved), (two, 10, 9));
    assert!((hits[0].score - hits[0].why.text_score * (1.0 + hits[0].why.solved_share)).abs() < 1e-12, "{:?}", hits[0]);
}

async fn only_what_is_published_valid_and_for_the_reader_is_found(db: TestStore) {
    let category = |name: &str, parent: Option<KnowledgeCategoryId>| KnowledgeCategory { name: name.into(), parent_id: parent, sort: 0 };
    let devices = db.store.insert(&who(), NOW, category("Devices", None)).await.expect("a category").id;
    let printers = db.store.insert(&who(), NOW, category("Printers", Some(devices))).await.expect("a category").id;
    db.store.create_article(&who(), NOW, new("Lamp draft", "lamp", json!({}))).await.expect("a draft");
    published(&db, "Lamp for agents", "lamp", json!({ "category_id": printers })).await;
    published(&db, "Lamp for supervisors", "lamp", json!({ "audience": "supervisors" })).await;
    published(&db, "Lamp for all", "lamp", json!({ "audience": "public", "category_id": devices })).await;
    published(&db, "Lamp of yesterday", "lamp", json!({ "valid_until": NOW.0 })).await;
    let gone = published(&db, "Lamp retired", "lamp", json!({})).await;
    let version = db.store.get::<KnowledgeArticle>(gone).await.expect("the article").version;
    db.store.retire_article(&who(), NOW, gone, version).await.expect("retired");
    let deleted = published(&db, "Lamp deleted", "lamp", json!({})).await;
    let version = db.store.get::<KnowledgeArticle>(deleted).await.expect("the article").version;
    db.store.delete::<KnowledgeArticle>(&who(), NOW, deleted, version).await.expect("deleted");
    let sorted = async |change: fn(&mut Search)| {
        let mut titles = found(&db, "lamp", change).await;
        titles.sort();
        titles
    };
    assert_eq!(sorted(|search| search.level = 0).await, ["Lamp for all"]);
    assert_eq!(sorted(|search| search.level = 1).await, ["Lamp for agents", "Lamp for all"]);
    assert_eq!(sorted(|_| {}).await, ["Lamp for agents", "Lamp for all", "Lamp for supervisors"]);
    let below = async |id| found(&db, "lamp", |search: &mut Search| search.category = Some(id)).await.len();
    assert_eq!((below(devices).await, below(printers).await), (2, 1), "a category is searched with those below it");
    // An audience that changes counts at once.
    let all = db.store.search_articles(NOW, &Search { text: "lamp".into(), level: 0, ..Search::default() }).await.expect("hits");
    let row = db.store.get::<KnowledgeArticle>(all[0].id).await.expect("the article");
    db.store.update::<KnowledgeArticle>(&who(), NOW, row.id, row.version, &json!({ "audience": "admins" })).await.expect("a change");
    assert!(sorted(|search| search.level = 2).await.iter().all(|title| title != "Lamp for all"));
}

async fn a_version_goes_from_draft_to_review_to_published_to_retired(db: TestStore) {
    let (author, reviewer) = (person(&db, "ann").await, person(&db, "bob").await);
    let (ann, bob) = (Who::user(author, "test"), Who::user(reviewer, "test"));
    let (article, first) = db.store.create_article(&ann, NOW, new("Lamp", "old words", json!({}))).await.expect("an article");
    let id = article.id;
    assert_eq!((first.number, first.state, first.author_id), (1, ArticleState::Draft, Some(author)));
    let refused = db.store.publish_article_version(&ann, NOW, id, 1, false).await;
    assert!(matches!(refused, Err(StoreError::Clash { .. })), "{refused:?}");
    let refused = db.store.review_article_version(&bob, NOW, id, 1, true, None, false).await;
    assert!(matches!(refused, Err(StoreError::Clash { .. })), "it was not handed in: {refused:?}");
    db.store.submit_article_version(&ann, NOW, id, 1).await.expect("handed in");
    let back = db.store.review_article_version(&bob, NOW, id, 1, false, Some("Too short.".into()), false).await.expect("sent back");
    assert_eq!((back.state, back.note.as_deref(), back.reviewer_id), (ArticleState::Draft, Some("Too short."), None));
    db.store.submit_article_version(&ann, NOW, id, 1).await.expect("handed in again");
    let right = db.store.review_article_version(&bob, NOW, id, 1, true, None, false).await.expect("reviewed");
    assert_eq!((right.state, right.reviewer_id), (ArticleState::Review, Some(reviewer)));
    db.store.publish_article_version(&ann, NOW, id, 1, false).await.expect("published");
    assert_eq!(found(&db, "old words", |_| {}).await, ["Lamp"]);

    // A second version takes its place; the first comes back when it is published again.
    let text = ArticleText { title: "Lamp and shade".into(), body: "new words".into(), keywords: Vec::new() };
    let second = db.store.add_article_version(&ann, NOW, id, text).await.expect("a version");
    assert_eq!(second.number, 2);
    assert_eq!(found(&db, "old", |_| {}).await, ["Lamp"], "a draft is not found");
    db.store.publish_article_version(&bob, NOW, id, 2, true).await.expect("published");
    let states = async || {
        let versions = db.store.article_versions(id).await.expect("versions");
        versions.into_iter().map(|version| (version.number, version.state)).collect::<Vec<_>>()
    };
    assert_eq!(states().await, [(2, ArticleState::Published), (1, ArticleState::Retired)]);
    assert!(found(&db, "old", |_| {}).await.is_empty());
    let row = db.store.get::<KnowledgeArticle>(id).await.expect("the article");
    assert_eq!((row.title.as_str(), row.published, row.latest, row.state), ("Lamp and shade", Some(2), 2, ArticleState::Published));
    db.store.publish_article_version(&bob, NOW, id, 1, false).await.expect("gone back");
    assert_eq!(found(&db, "old", |_| {}).await, ["Lamp"]);

    let row = db.store.get::<KnowledgeArticle>(id).await.expect("the article");
    let stale = db.store.retire_article(&bob, NOW, id, row.version - 1).await;
    assert!(matches!(stale, Err(StoreError::VersionConflict { .. })), "{stale:?}");
    db.store.retire_article(&bob, NOW, id, row.version).await.expect("retired");
    assert!(found(&db, "words", |_| {}).await.is_empty());
    assert_eq!(states().await, [(2, ArticleState::Retired), (1, ArticleState::Retired)]);
}

async fn nobody_reviews_what_they_wrote_but_an_administrator(db: TestStore) {
    let ann = Who::user(person(&db, "ann").await, "test");
    let (article, _) = db.store.create_article(&ann, NOW, new("Lamp", "words", json!({}))).await.expect("an article");
    db.store.submit_article_version(&ann, NOW, article.id, 1).await.expect("handed in");
    let own = db.store.review_article_version(&ann, NOW, article.id, 1, true, None, false).await;
    assert!(matches!(&own, Err(StoreError::Clash { what, .. }) if what.contains("wrote themselves")), "{own:?}");
    db.store.review_article_version(&ann, NOW, article.id, 1, true, None, true).await.expect("an administrator may");
}

async fn version_of(db: &TestStore, id: KnowledgeArticleId) -> i64 {
    db.store.get::<KnowledgeArticle>(id).await.expect("the article").version
}

async fn translations_are_linked_and_there_is_one_of_each_language(db: TestStore) {
    let english = published(&db, "Lamp", "words", json!({})).await;
    let chinese = published(&db, "灯", "文字", json!({ "language": "zh", "translation_of": english })).await;
    // Of a translation one comes to the same group.
    let german = published(&db, "Lampe", "Worte", json!({ "language": "de", "translation_of": chinese })).await;
    let others = async |id| {
        let article = db.store.get::<KnowledgeArticle>(id).await.expect("the article");
        let all = db.store.article_translations(&article, Audience::Agents.level()).await.expect("translations");
        all.into_iter().map(|other| (other.language, other.title)).collect::<Vec<_>>()
    };
    let pair = |language: &str, title: &str| (language.to_owned(), title.to_owned());
    assert_eq!(others(english).await, [pair("de", "Lampe"), pair("zh", "灯")]);
    assert_eq!(others(german).await, [pair("en", "Lamp"), pair("zh", "灯")]);
    db.store
        .update::<KnowledgeArticle>(&who(), NOW, chinese, version_of(&db, chinese).await, &json!({ "audience": "admins" }))
        .await
        .expect("a change");
    assert_eq!(others(english).await, [pair("de", "Lampe")], "a title is not told above one's audience");
    db.store
        .update::<KnowledgeArticle>(&who(), NOW, chinese, version_of(&db, chinese).await, &json!({ "audience": "agents" }))
        .await
        .expect("a change");
    let second = db.store.create_article(&who(), NOW, new("灯二", "文字", json!({ "language": "zh", "translation_of": german }))).await;
    assert!(matches!(&second, Err(StoreError::Clash { field: "language", .. })), "{second:?}");
    let nothing = json!({ "language": "fr", "translation_of": "00000000-0000-7000-8000-000000000000" });
    let none = db.store.create_article(&who(), NOW, new("x", "y", nothing)).await;
    assert!(matches!(&none, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "translation_of"), "{none:?}");
}

async fn wrong_fields_of_an_article_are_named(db: TestStore) {
    let table = [
        (new("", "x", json!({})), "title"),
        (new(&"x".repeat(201), "x", json!({})), "title"),
        (new("a\nb", "x", json!({})), "title"),
        (new("x", " ", json!({})), "body"),
        (new("x", &"x".repeat(50_001), json!({})), "body"),
        (new("x", "y", json!({ "keywords": ["a", "A"] })), "keywords[1]"),
        (new("x", "y", json!({ "language": "English" })), "language"),
        (new("x", "y", json!({ "category_id": "00000000-0000-7000-8000-000000000000" })), "category_id"),
    ];
    for (article, field) in table {
        let refused = db.store.create_article(&who(), NOW, article).await;
        assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == field), "{field}: {refused:?}");
    }
}

async fn categories_form_trees_of_bounded_depth(db: TestStore) {
    let mut parent = None;
    let mut all = Vec::new();
    for n in 1..=5 {
        let data = KnowledgeCategory { name: format!("Level {n}"), parent_id: parent, sort: n };
        let row = db.store.insert(&who(), NOW, data).await.expect("a category");
        parent = Some(row.id);
        all.push(row);
    }
    let deep = db.store.insert(&who(), NOW, KnowledgeCategory { name: "x".into(), parent_id: parent, sort: 0 }).await;
    assert!(matches!(&deep, Err(StoreError::Clash { field: "parent_id", .. })), "{deep:?}");
    let circle = db.store.update::<KnowledgeCategory>(&who(), NOW, all[0].id, 1, &json!({ "parent_id": parent })).await;
    assert!(matches!(&circle, Err(StoreError::Clash { field: "parent_id", .. })), "{circle:?}");
    let twice = db.store.insert(&who(), NOW, KnowledgeCategory { name: "LEVEL 1".into(), parent_id: None, sort: 0 }).await;
    assert!(matches!(&twice, Err(StoreError::Clash { field: "name", .. })), "{twice:?}");
    let used = db.store.delete::<KnowledgeCategory>(&who(), NOW, all[0].id, 1).await;
    assert!(matches!(used, Err(StoreError::InUse { .. })), "{used:?}");
    db.store.update::<KnowledgeCategory>(&who(), NOW, all[4].id, 1, &json!({ "parent_id": null })).await.expect("moved up");
}

async fn many_articles_with_a_common_word_are_searched_within_bounds(db: TestStore) {
    for n in 0..230 {
        published(&db, &format!("Lamp number {n}"), "common words", json!({})).await;
    }
    published(&db, "The lamp that hums", "common words, and a rare one", json!({})).await;
    assert_eq!(found(&db, "common hums", |search| search.limit = Some(1)).await, ["The lamp that hums"], "the rare word decides");
    assert_eq!(found(&db, "lamp", |search| search.limit = Some(10_000)).await.len(), 50);
}

async fn searches_are_counted_without_who(db: TestStore) {
    for (text, found) in
        [("Reset Password", 2), ("reset  password", 2), ("order 12345678 of ann@example.com", 0), ("flying lamp", 0), ("flying lamp", 0)]
    {
        db.store.count_search(NOW, text, None, found).await.expect("counted");
    }
    db.store.count_search(Utc(NOW.0 + 1), "flying lamp", Some("en"), 1).await.expect("counted");
    let of =
        |all: Vec<crm_core::knowledge::AskedFor>| all.into_iter().map(|one| (one.text, one.asked, one.without_result)).collect::<Vec<_>>();
    let all = of(db.store.searches(false, None).await.expect("searches"));
    let one = |text: &str, asked, without| (text.to_owned(), asked, without);
    assert_eq!(all, [one("flying lamp", 2, 2), one("reset password", 2, 0), one("flying lamp", 1, 0), one("order # of #", 1, 1)]);
    let vain = of(db.store.searches(true, None).await.expect("searches"));
    assert_eq!(vain, [one("flying lamp", 2, 2), one("order # of #", 1, 1)]);
}

async fn uses_ratings_and_comments_add_up(db: TestStore) {
    let id = published(&db, "Lamp", "words", json!({})).await;
    let (ann, bob) = (Who::user(person(&db, "ann").await, "test"), Who::user(person(&db, "bob").await, "test"));
    let mut chance = Chance::from_number(4);
    let (first, second) = (InteractionId::new(NOW, &mut chance), InteractionId::new(NOW, &mut chance));
    for (interaction_id, solved, used, all) in [(first, true, 1, 1), (second, true, 2, 2), (first, false, 2, 1), (first, false, 2, 1)] {
        let tally = db.store.article_used(&ann, NOW, id, Used { interaction_id, solved }).await.expect("a use");
        assert_eq!((tally.used, tally.solved), (used, all));
    }
    for (who, rating, mean) in [(&ann, 1, 1.0), (&bob, 4, 2.5), (&ann, 5, 4.5)] {
        let tally = db.store.rate_article(who, NOW, id, Rated { rating }).await.expect("a rating");
        assert_eq!(tally.rating_mean, Some(mean));
    }
    assert!(matches!(db.store.rate_article(&ann, NOW, id, Rated { rating: 6 }).await, Err(StoreError::Invalid { .. })));
    let version = db.store.get::<KnowledgeArticle>(id).await.expect("the article").version;
    for n in 0..3 {
        db.store.comment_article(&bob, Utc(NOW.0 + n * 1_000), id, &format!("word {n}")).await.expect("a comment");
    }
    let query = ListQuery { limit: Some(2), ..ListQuery::default() };
    let page = db.store.article_comments(id, &query).await.expect("comments");
    assert_eq!(page.items.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["word 2", "word 1"]);
    let rest = db.store.article_comments(id, &ListQuery { cursor: page.next, ..query }).await.expect("comments");
    assert_eq!((rest.items.len(), rest.next), (1, None));
    assert_eq!(db.store.get::<KnowledgeArticle>(id).await.expect("the article").version, version, "counting changes no version");
    let nobody = "00000000-0000-7000-8000-000000000000".parse::<KnowledgeArticleId>().expect("an id");
    assert!(matches!(
        db.store.article_used(&ann, NOW, nobody, Used { interaction_id: first, solved: true }).await,
        Err(StoreError::NotFound { .. })
    ));
}

async fn requests_are_rows_like_others(db: TestStore) {
    let id = published(&db, "Lamp", "words", json!({})).await;
    let data: ArticleRequest = serde_json::from_value(json!({ "title": "Lamps that fly", "query": "flying lamp" })).expect("a request");
    let row = db.store.insert(&who(), NOW, data).await.expect("a request");
    assert_eq!(row.state, RequestState::Open);
    let done = db.store.update::<ArticleRequest>(&who(), NOW, row.id, 1, &json!({ "state": "done" })).await;
    assert!(matches!(&done, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "article_id"), "{done:?}");
    db.store.update::<ArticleRequest>(&who(), NOW, row.id, 1, &json!({ "state": "done", "article_id": id })).await.expect("done");
}
