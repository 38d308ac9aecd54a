//! Scripted callers: inputs with virtual time in, commands out.

use crate::testing::{Caller, flow};
use cti_types::flow::{FlowContext, FlowInput, QueueLeft};
use cti_types::{Now, PlayId, Tick};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A flow that answers at `a`, runs the nodes given from `n`, and ends at `end` (or `bad`).
fn around(nodes: &str) -> String {
    let mut text = format!(
        "name = \"t\"\nlanguages = [\"en\", \"zh\"]\nstart = \"a\"\n[nodes.a]\ntype = \"answer\"\nnext = \"n\"\n{nodes}\n[nodes.end]\ntype = \"hang_up\"\n"
    );
    if nodes.contains("\"bad\"") {
        text += "[nodes.bad]\ntype = \"hang_up\"\ncause = \"busy\"\n";
    }
    text
}

/// What follows `@n` for each script of the caller, who has started and is answered.
fn check(nodes: &str, table: &[(&str, &[&str])]) {
    check_as(nodes, &FlowContext::default(), table);
}

fn check_as(nodes: &str, context: &FlowContext, table: &[(&str, &[&str])]) {
    let flow = flow(&around(nodes));
    for (script, expected) in table {
        let caller = Caller::new(flow.clone(), context.clone()).follow("start answered").follow(script);
        assert_eq!(caller.log[..3], ["@a", "answer", "@n"]);
        assert_eq!(caller.log[3..], **expected, "{script}");
    }
}

const MENU: &str = r#"
[nodes.n]
type = "menu"
prompts = ["menu-demo"]
choices = { 1 = "one", "*" = "end" }
on_wrong = ["wrong-choice"]
on_timeout = ["no-choice"]
wait_seconds = 5
retries = 1
into = "choice"
next = "bad"
[nodes.one]
type = "play"
prompts = "thank-you"
next = "end"
"#;

#[test]
fn a_menu_goes_where_the_digit_says() {
    check(
        MENU,
        &[
            ("", &["play en/menu-demo"]),
            ("ended", &["play en/menu-demo"]),
            ("ended key:1", &["play en/menu-demo", "set choice=1", "@one", "play en/thank-you"]),
            ("ended wait:4999 key:*", &["play en/menu-demo", "set choice=*", "@end", "hang up Normal"]),
        ],
    );
}

#[test]
fn a_digit_stops_the_menu_prompt_and_its_late_end_is_ignored() {
    check(MENU, &[("key:1 late", &["play en/menu-demo", "stop", "set choice=1", "@one", "play en/thank-you"])]);
}

#[test]
fn a_menu_explains_a_wrong_digit_and_gives_up_after_the_retries() {
    let again = "play en/wrong-choice en/menu-demo";
    check(
        MENU,
        &[
            ("ended key:7", &["play en/menu-demo", again]),
            ("ended key:7 key:1", &["play en/menu-demo", again, "stop", "set choice=1", "@one", "play en/thank-you"]),
            ("ended key:7 ended key:8", &["play en/menu-demo", again, "@bad", "hang up Busy"]),
        ],
    );
}

#[test]
fn a_menu_says_that_it_heard_nothing_and_gives_up_after_the_retries() {
    let again = "play en/no-choice en/menu-demo";
    check(
        MENU,
        &[
            ("ended wait:5000", &["play en/menu-demo", again]),
            ("ended wait:5000 ended wait:4999", &["play en/menu-demo", again]),
            ("ended wait:5000 ended wait:5000", &["play en/menu-demo", again, "@bad", "hang up Busy"]),
            ("ended wait:5000 ended key:7", &["play en/menu-demo", again, "@bad", "hang up Busy"]),
        ],
    );
}

const COLLECT: &str = r##"
[nodes.n]
type = "collect"
prompts = ["enter-number"]
into = "account"
masked = true
digits_min = 3
digits_max = 5
first_seconds = 6
between_seconds = 2
on_wrong = ["wrong-number"]
on_timeout = ["no-choice"]
retries = 1
next = "confirm"
otherwise = "bad"
[nodes.confirm]
type = "menu"
prompts = ["menu-demo"]
choices = { "1" = "end", "#" = "bad" }
next = "bad"
"##;

#[test]
fn collect_ends_by_terminator_by_length_or_by_silence() {
    let done =
        |number: &str| vec!["play en/enter-number".to_owned(), "stop".into(), format!("set account={number} masked"), "@confirm".into()];
    for (script, number) in
        [("keys:123#", "123"), ("keys:12345", "12345"), ("keys:1234 wait:1999 key:5", "12345"), ("keys:123 wait:2000", "123")]
    {
        let caller = Caller::new(flow(&around(COLLECT)), FlowContext::default()).follow("start answered").follow(script);
        assert_eq!(caller.log[3..7], done(number), "{script}");
        assert_eq!(caller.run.data().get("account").map(String::as_str), Some(number));
    }
}

#[test]
fn collect_explains_too_few_digits_and_silence() {
    check(
        COLLECT,
        &[
            ("ended wait:6000", &["play en/enter-number", "play en/no-choice en/enter-number"]),
            ("ended keys:12#", &["play en/enter-number", "play en/wrong-number en/enter-number"]),
            ("ended keys:12 wait:2000", &["play en/enter-number", "play en/wrong-number en/enter-number"]),
            ("ended key:# ended key:#", &["play en/enter-number", "play en/wrong-number en/enter-number", "@bad", "hang up Busy"]),
        ],
    );
}

#[test]
fn a_terminator_after_a_complete_number_is_not_the_next_answer() {
    let common = ["play en/enter-number", "set account=12345 masked", "@confirm", "play en/menu-demo"];
    let mut later = common.to_vec();
    later.extend(["stop", "@bad", "hang up Busy"]);
    check(COLLECT, &[("ended keys:12345#", &common), ("ended keys:12345 wait:1001 key:#", &later)]);
    // Typed ahead, it lies in the buffer behind the number.
    let text = around(&COLLECT.replace("[nodes.n]", "[nodes.n]\ntype = \"play\"\nprompts = \"welcome\"\nnext = \"c\"\n[nodes.c]"));
    let caller = Caller::new(flow(&text), FlowContext::default()).follow("start keys:12345#1 answered");
    assert_eq!(caller.log[2..], ["@n", "@c", "set account=12345 masked", "@confirm", "@end", "hang up Normal"]);
}

#[test]
fn digits_typed_ahead_skip_prompts_and_answer_the_questions_that_follow() {
    let nodes = r#"
[nodes.n]
type = "play"
prompts = ["welcome"]
next = "m"
[nodes.m]
type = "menu"
prompts = ["menu-demo"]
choices = { 1 = "c" }
next = "bad"
[nodes.c]
type = "collect"
prompts = ["enter-number"]
into = "account"
digits_max = 2
next = "end"
otherwise = "bad"
"#;
    check(
        nodes,
        &[
            ("key:1", &["play en/welcome", "stop", "@m", "@c", "play en/enter-number"]),
            (
                "key:1 keys:42",
                &["play en/welcome", "stop", "@m", "@c", "play en/enter-number", "stop", "set account=42", "@end", "hang up Normal"],
            ),
        ],
    );
    let before_answer = Caller::new(flow(&around(nodes)), FlowContext::default()).follow("start keys:142 answered");
    assert_eq!(before_answer.log[2..], ["@n", "@m", "@c", "set account=42", "@end", "hang up Normal"]);
}

#[test]
fn what_must_be_heard_is_heard() {
    let nodes = r#"
[nodes.n]
type = "play"
prompts = ["welcome"]
interruptible = false
next = "m"
[nodes.m]
type = "menu"
prompts = ["menu-demo"]
choices = { 1 = "end" }
next = "bad"
"#;
    check(nodes, &[("key:1", &["play en/welcome"]), ("key:1 ended", &["play en/welcome", "@m", "play en/menu-demo"])]);
    let deaf = nodes.replace("interruptible = false\n", "").replace("type = \"menu\"", "type = \"menu\"\ninterruptible = false");
    check(&deaf, &[("ended key:1", &["play en/welcome", "@m", "play en/menu-demo"])]);
    let ahead = Caller::new(flow(&around(nodes)), FlowContext::default()).follow("start key:1 answered ended");
    assert_eq!(ahead.log[2..], ["@n", "play en/welcome", "@m", "play en/menu-demo"]);
}

#[test]
fn a_circle_of_prompts_is_played_even_to_a_caller_who_typed_ahead() {
    let nodes = r#"
[nodes.n]
type = "play"
prompts = ["please-wait"]
next = "b"
[nodes.b]
type = "branch"
cases = [{ when = "customer.name == 'x'", next = "end" }]
next = "n"
"#;
    let caller = Caller::new(flow(&around(nodes)), FlowContext::default()).follow("start key:1 answered");
    assert_eq!(caller.log[2..], ["@n", "@b", "@n", "play en/please-wait"]);
}

#[test]
fn at_most_32_digits_are_kept() {
    let nodes = r#"
[nodes.n]
type = "collect"
prompts = "enter-number"
into = "one"
digits_max = 32
terminator = ""
next = "two"
otherwise = "end"
[nodes.two]
type = "collect"
prompts = "enter-number"
into = "two"
digits_max = 32
next = "end"
otherwise = "end"
"#;
    let script = format!("start keys:{} answered", "7".repeat(40));
    let caller = Caller::new(flow(&around(nodes)), FlowContext::default()).follow(&script);
    assert_eq!(caller.log.last().map(String::as_str), Some("play en/enter-number"));
    assert_eq!(caller.run.data().get("one").map(String::len), Some(32));
}

#[test]
fn say_reads_digits_and_numbers_in_the_callers_language() {
    let nodes = |how: &str, language: &str| {
        format!(
            "[nodes.n]\ntype = \"set\"\ndata = {{ v = 105 }}\nlanguage = \"{language}\"\nnext = \"s\"\n[nodes.s]\ntype = \"say\"\n{how} = \"data.v\"\nprompts = [\"you-entered\"]\nnext = \"end\"\n"
        )
    };
    let set = |l: &str| vec!["set v=105".to_owned(), format!("set language={l}"), "@s".into()];
    for (how, language, said) in [
        ("digits", "en", "play en/you-entered en/digit-1 en/digit-0 en/digit-5"),
        ("number", "en", "play en/you-entered en/digit-1 en/number-hundred en/digit-5"),
        ("number", "zh", "play zh/you-entered zh/digit-1 zh/number-bai zh/digit-0 zh/digit-5"),
    ] {
        let caller = Caller::new(flow(&around(&nodes(how, language))), FlowContext::default()).follow("start answered");
        assert_eq!(caller.log[3..6], set(language));
        assert_eq!(caller.log[6..], [said]);
        assert_eq!(caller.run.language(), language);
    }
}

#[test]
fn a_say_without_anything_to_say_goes_on() {
    let nodes = "[nodes.n]\ntype = \"say\"\ndigits = \"customer.no\"\nnext = \"end\"";
    check(nodes, &[("", &["@end", "hang up Normal"])]);
}

#[test]
fn a_branch_takes_the_first_case_that_holds() {
    let nodes = r#"
[nodes.n]
type = "branch"
next = "end"
[[nodes.n.cases]]
when = "customer.tier == 'gold' and starts_with(call.caller, '+44')"
next = "gold"
[[nodes.n.cases]]
when = "customer.tier == 'gold'"
next = "bad"
[nodes.gold]
type = "play"
prompts = ["zh/thank-you"]
next = "end"
"#;
    let who = |caller: &str, tier: &str| FlowContext {
        caller: caller.into(),
        customer: BTreeMap::from([("tier".into(), tier.into())]),
        ..FlowContext::default()
    };
    check_as(nodes, &who("+442079460000", "gold"), &[("", &["@gold", "play zh/thank-you"])]);
    check_as(nodes, &who("+12125550100", "gold"), &[("", &["@bad", "hang up Busy"])]);
    check_as(nodes, &who("", "silver"), &[("", &["@end", "hang up Normal"])]);
}

#[test]
fn a_card_that_comes_later_is_seen_by_later_conditions() {
    let nodes = r#"
[nodes.n]
type = "play"
prompts = ["welcome"]
next = "b"
[nodes.b]
type = "branch"
cases = [{ when = "customer.tier == 'gold'", next = "bad" }]
next = "end"
"#;
    let mut caller = Caller::new(flow(&around(nodes)), FlowContext::default()).follow("start answered");
    caller.run.set_customer(BTreeMap::from([("tier".into(), "gold".into())]));
    assert_eq!(caller.follow("ended").log[4..], ["@b", "@bad", "hang up Busy"]);
}

#[test]
fn hours_decide_by_the_time_of_the_input() {
    let nodes = "[nodes.n]\ntype = \"hours\"\nhours = \"office\"\nopen = \"end\"\nclosed = \"bad\"";
    check(nodes, &[("", &["@end", "hang up Normal"])]);
    let evening = Caller::new(flow(&around(nodes)), FlowContext::default()).follow("wait:28800000 start answered");
    assert_eq!(evening.log[3..], ["@bad", "hang up Busy"]);
}

#[test]
fn set_stores_literals_and_values_and_keeps_masked_ones_masked() {
    let nodes = r#"
[nodes.n]
type = "set"
data = { pin = "1234", topic = "sales", from = { from = "call.caller" } }
masked = ["pin"]
next = "again"
[nodes.again]
type = "set"
data = { copy = { from = "data.pin" }, size = { from = "length(data.topic)" } }
language = { from = "customer.language" }
next = "end"
"#;
    let context =
        FlowContext { caller: "+44".into(), customer: BTreeMap::from([("language".into(), "zh".into())]), ..FlowContext::default() };
    check_as(
        nodes,
        &context,
        &[(
            "",
            &[
                "set pin=1234 masked",
                "set topic=sales",
                "set from=+44",
                "@again",
                "set copy=1234 masked",
                "set size=5",
                "set language=zh",
                "@end",
                "hang up Normal",
            ],
        )],
    );
    // A language the flow does not speak changes nothing.
    let french = FlowContext { customer: BTreeMap::from([("language".into(), "fr".into())]), ..context };
    let caller = Caller::new(flow(&around(nodes)), french).follow("start answered");
    assert_eq!((caller.run.language(), caller.run.done()), ("en", true));
}

#[test]
fn a_computed_value_is_cut_at_its_bound() {
    let nodes = "[nodes.n]\ntype = \"set\"\ndata = { long = { from = \"customer.note\" } }\nnext = \"end\"";
    let context = FlowContext { customer: BTreeMap::from([("note".into(), "号".repeat(1000))]), ..FlowContext::default() };
    let caller = Caller::new(flow(&around(nodes)), context).follow("start answered");
    assert_eq!(caller.run.data().get("long").map(|v| v.chars().count()), Some(256));
}

#[test]
fn a_queue_takes_the_caller_and_each_way_back_has_its_node() {
    let node = |name: &str| format!("[nodes.{name}]\ntype = \"play\"\nprompts = \"sorry-wait\"\nnext = \"end\"\n");
    let nodes = format!(
        r#"
[nodes.n]
type = "queue"
queue = "sales"
priority = 4
credit_seconds = 90
skills = [{{ name = "german", min = 3 }}]
data = {{ topic = "sales" }}
on_full = "f"
on_unstaffed = "u"
on_wait_limit = "w"
otherwise = "o"
{}{}{}{}"#,
        node("f"),
        node("u"),
        node("w"),
        node("o")
    );
    let queued = ["set topic=sales", "queue sales 4 german>=3 credit 90"];
    check(&nodes, &[("wait:3600000 key:1", &queued)]);
    for (script, node) in [("full", "@f"), ("unstaffed", "@u"), ("limit", "@w"), ("closed", "@o"), ("none", "@o")] {
        check(&nodes, &[(script, &[queued[0], queued[1], node, "play en/sorry-wait"])]);
    }
}

#[test]
fn hang_up_ends_the_run_and_so_does_the_caller() {
    let mut caller = Caller::new(flow(&around(MENU)), FlowContext::default()).follow("start answered hang-up");
    assert!(caller.run.done());
    assert_eq!(caller.run.poll_timeout(), None);
    caller.input(FlowInput::Digit { digit: '1' });
    caller.input(FlowInput::Start);
    assert_eq!(caller.log[3..], ["play en/menu-demo"]);
}

#[test]
fn a_call_never_answered_and_a_prompt_never_ended_have_a_way_out() {
    let answer = Caller::new(flow(&around(MENU)), FlowContext::default()).follow("start wait:30000");
    assert_eq!(answer.log, ["@a", "answer", "hang up Error"]);
    check(MENU, &[("wait:600000 key:*", &["play en/menu-demo", "stop", "set choice=*", "@end", "hang up Normal"])]);
}

#[test]
fn the_context_language_is_spoken_if_the_flow_speaks_it() {
    for (language, spoken) in [("zh", "zh"), ("fr", "en"), ("", "en")] {
        let context = FlowContext { language: language.into(), ..FlowContext::default() };
        let caller = Caller::new(flow(&around(MENU)), context).follow("start answered");
        assert_eq!(caller.log[3], format!("play {spoken}/menu-demo"));
    }
}

#[test]
fn a_walk_without_end_is_ended_at_the_bound_of_steps() {
    let nodes = "[nodes.n]\ntype = \"queue\"\nqueue = \"sales\"\non_wait_limit = \"n\"\notherwise = \"end\"";
    let caller = Caller::new(flow(&around(nodes)), FlowContext::default()).follow("start answered").follow(&"limit ".repeat(1001));
    assert_eq!(caller.log.last().map(String::as_str), Some("hang up Error"));
    assert_eq!(caller.log.iter().filter(|l| l.starts_with('@')).count(), 1000);
}

#[test]
fn a_walk_that_never_waits_is_ended_at_once() {
    // A chain too long to be walked without waiting; no circle, so only the run can tell.
    let mut nodes = String::new();
    for i in 0..150 {
        let name = if i == 0 { "n".into() } else { format!("n{i}") };
        let next = if i == 149 { "end".into() } else { format!("n{}", i + 1) };
        nodes += &format!("[nodes.{name}]\ntype = \"branch\"\ncases = []\nnext = \"{next}\"\n");
    }
    let caller = Caller::new(flow(&around(&nodes)), FlowContext::default()).follow("start answered");
    assert_eq!(caller.log.last().map(String::as_str), Some("hang up Error"));
    assert_eq!(caller.log.iter().filter(|l| l.starts_with("@n")).count(), 100);
}

#[test]
fn the_shipped_demo_serves_its_callers() {
    let demo = flow(crate::flows::DEMO);
    let gold = FlowContext { customer: BTreeMap::from([("tier".into(), "gold".into())]), ..FlowContext::default() };
    for (context, script, tail) in [
        (FlowContext::default(), "ended ended key:1", vec!["set topic=sales", "@sales-tier", "@sales", "queue sales 0"]),
        (gold, "key:1", vec!["@sales-tier", "@sales-gold", "set reason=gold customer", "queue sales 5"]),
        (FlowContext::default(), "key:5", vec!["play en/wrong-choice en/menu-demo"]),
        (FlowContext::default(), "keys:9", vec!["@chinese", "set language=zh", "@menu", "play zh/menu-demo"]),
        (FlowContext::default(), "keys:99", vec!["@english", "set language=en", "@menu", "play en/menu-demo"]),
        (FlowContext::default(), "keys:2 ended wait:4000", vec!["play en/enter-number", "@support", "queue support 0"]),
        (
            FlowContext::default(),
            "keys:24711# ended",
            vec!["set account=4711", "@thanks", "play en/thank-you en/please-wait", "@support", "queue support 0"],
        ),
        (FlowContext::default(), "key:1 full ended", vec!["@queue-full", "play en/queue-full en/goodbye", "@end", "hang up Normal"]),
    ] {
        let caller = Caller::new(demo.clone(), context).follow("start answered").follow(script);
        assert!(caller.log.ends_with(&tail.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()), "{script}: {:#?}", caller.log);
    }
}

#[test]
fn the_shipped_simple_flow_queues() {
    let caller = Caller::new(flow(crate::flows::SIMPLE), FlowContext::default()).follow("start answered ended");
    assert_eq!(caller.log, ["@pick-up", "answer", "@welcome", "play en/welcome en/please-wait", "@queue", "queue support 0"]);
}

const VOICEMAIL: &str = r#"
[nodes.n]
type = "voicemail"
agent = "alice"
prompts = ["voicemail-greeting"]
max_seconds = 60
silence_seconds = 4
next = "end"
otherwise = "bad"
"#;

#[test]
fn a_message_is_taken_after_the_beep_and_kept_unless_nothing_was_said() {
    let taking = ["play en/voicemail-greeting", "play tone/beep", "take alice 60s 4s"];
    let then = |more: &[&'static str]| [taking.as_slice(), more].concat();
    let skipped = ["play en/voicemail-greeting", "stop", "play tone/beep", "take alice 60s 4s"];
    check(
        VOICEMAIL,
        &[
            ("ended ended", &taking),
            ("key:# ended", &skipped),
            ("ended ended taken", &then(&["keep message", "@end", "hang up Normal"])),
            ("ended ended key:5 key:# key:# taken", &then(&["end message", "keep message", "@end", "hang up Normal"])),
            ("ended ended wait:60000 taken", &then(&["end message", "keep message", "@end", "hang up Normal"])),
            ("ended ended taken:nothing", &then(&["@bad", "hang up Busy"])),
            ("ended ended wait:60000 wait:30000", &then(&["end message", "@bad", "hang up Busy"])),
            ("ended ended hang-up taken", &taking),
        ],
    );
}

#[test]
fn a_message_may_be_spoken_anew_three_times() {
    let review = VOICEMAIL.replace("max_seconds", "review = [\"voicemail-review\"]\nmax_seconds");
    let taken = ["play tone/beep", "take alice 60s 4s"];
    let first = [&["play en/voicemail-greeting"], taken.as_slice(), &["play en/voicemail-review"]].concat();
    let then = |more: &[&'static str]| [first.as_slice(), more].concat();
    let kept = ["keep message", "@end", "hang up Normal"];
    let again = ["stop", "drop message", "play tone/beep", "take alice 60s 4s", "play en/voicemail-review"];
    let last = ["stop", "drop message", "play tone/beep", "take alice 60s 4s", "keep message", "@end", "hang up Normal"];
    check(
        &review,
        &[
            ("ended ended taken ended key:1", &then(&kept)),
            ("ended ended taken ended wait:6000", &then(&kept)),
            ("ended ended taken key:2 ended taken", &then(&again)),
            (
                "ended ended taken key:2 ended taken key:2 ended taken key:2 ended taken",
                &[first.as_slice(), &again, &again, &last].concat(),
            ),
        ],
    );
}

fn any_input() -> impl Strategy<Value = (u64, Option<FlowInput>)> {
    let input = prop_oneof![
        1 => Just(Some(FlowInput::Start)),
        4 => Just(Some(FlowInput::Answered)),
        8 => proptest::char::any().prop_map(|digit| Some(FlowInput::Digit { digit })),
        16 => "[0-9*#A-D]".prop_map(|s| s.chars().next().map(|digit| FlowInput::Digit { digit })),
        2 => Just(Some(FlowInput::PlayEnded { play: PlayId::from_u128(0) })),
        2 => Just(Some(FlowInput::QueueLeft { reason: QueueLeft::Full })),
        2 => Just(Some(FlowInput::QueueLeft { reason: QueueLeft::WaitLimit })),
        4 => any::<bool>().prop_map(|is_one| Some(FlowInput::MessageTaken { is_one })),
        1 => Just(Some(FlowInput::HungUp)),
        // `None`: the last prompt ends.
        16 => Just(None),
    ];
    (0..8_000_000u64, input)
}

proptest! {
    #[test]
    fn any_inputs_in_any_order_leave_a_way_out_and_bounded_commands(inputs in proptest::collection::vec(any_input(), 0..200)) {
        for text in [crate::flows::DEMO.to_owned(), around(COLLECT), around(MENU), around(VOICEMAIL)] {
            let mut caller = Caller::new(flow(&text), FlowContext::default()).follow("start");
            for (wait_us, input) in &inputs {
                caller.now = Now { tick: Tick(caller.now.tick.0 + wait_us), utc: caller.now.utc };
                let before = caller.log.len();
                match input {
                    Some(input) => caller.input(input.clone()),
                    None if caller.log.iter().any(|l| l.starts_with("play")) => caller = caller.follow("ended"),
                    None => {}
                }
                caller = caller.follow("wait:0");
                prop_assert!(caller.log.len() - before < 1000);
                // Either over, or a timer is set, or it is with the queue, which has limits of its own.
                let waits = caller.run.poll_timeout().is_some() || caller.log.iter().any(|l| l.starts_with("queue"));
                prop_assert!(caller.run.done() || waits);
            }
            // Left alone, every caller comes to an end or to a queue.
            caller = caller.follow("wait:36000000");
            prop_assert!(caller.run.done() || caller.run.poll_timeout().is_none());
        }
    }
}
