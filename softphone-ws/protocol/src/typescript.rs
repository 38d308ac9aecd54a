//! The wire types as one TypeScript module, in an order that does not change from run to run. Writing the file is the test's part.

use crate::floor::FloorCallView;
use crate::message::{At, ClientMessage, ServerMessage};
use crate::topic::Topic;
use crate::view::*;
use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

struct Collector {
    config: Config,
    /// Type name → its declaration with documentation.
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Collector {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only derived types have a path; primitives and containers need no declaration.
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(&self.config);
        if self.found.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        self.found.insert(name, format!("{docs}export {}", T::decl(&self.config)));
        T::visit_dependencies(self);
    }
}

/// The whole module's text: messages, topics, views and everything they are made of.
pub fn generate() -> String {
    // All 64-bit numbers on this wire are below 2^53 (milliseconds, versions, counters), so they are plain numbers there.
    let config = Config::new().with_large_int("number");
    let mut collector = Collector { config, found: BTreeMap::new() };
    // Named only in a written-out type, which the visitor cannot see into.
    collector.visit::<At>();
    collector.visit::<ClientMessage>();
    collector.visit::<ServerMessage>();
    collector.visit::<Topic>();
    collector.visit::<AgentView>();
    collector.visit::<AudioView>();
    collector.visit::<OfferView>();
    collector.visit::<CallView>();
    collector.visit::<WrapUpView>();
    collector.visit::<QueueView>();
    collector.visit::<FloorAgentView>();
    collector.visit::<FloorCallView>();
    collector.visit::<WaitingView>();
    collector.visit::<MessageView>();
    collector.visit::<ChangeView>();
    collector.visit::<WorkCountsView>();
    let mut text = String::from(
        "// Made from the Rust crate softphone-protocol; not edited by hand.\n// Made anew by: UPDATE=1 cargo test -p softphone-protocol\n",
    );
    text.push_str(&format!("\nexport const SUBPROTOCOL = \"{}\";\n", crate::SUBPROTOCOL));
    for declaration in collector.found.values() {
        text.push('\n');
        for line in declaration.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}
