//! Numbers that people dial: of which kind one is. Words only; the rules are `crm-core`'s, what became of a call is in [`crate::event`].

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }
        impl $name {
            /// Every value, in the order of the table.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// The word of the log, the API and screens.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }
        }
    )*};
}

words! {
    /// What kind of number a call is for: what it may cost, and so who may call it.
    NumberClass {
        /// An extension or number of our own.
        Internal = "internal",
        /// In the country of the caller's site, with the site's own beginning.
        Local = "local",
        /// In the country of the caller's site; free numbers as well.
        National = "national",
        /// A mobile telephone in the country of the caller's site.
        Mobile = "mobile",
        /// In another country, whatever telephone it is.
        International = "international",
        /// Premium rate, shared cost and personal numbers, of any country.
        Premium = "premium",
        /// Satellite networks and networks that belong to no country.
        Satellite = "satellite",
        /// Police, fire, ambulance: always allowed.
        Emergency = "emergency",
        /// A short code of the network (3 to 6 digits, `*` and `#`) that is no extension of ours.
        Short = "short",
    }
}
