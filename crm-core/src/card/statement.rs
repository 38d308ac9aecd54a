//! The statements of the card: one each for who has a number, who may have it, and one customer. Read by the place of their columns in `card`.

use crate::db::Backend;

macro_rules! since_of {
    ($customer:literal) => {
        concat!(
            "COALESCE((SELECT y.opened_at FROM interaction_customer y WHERE y.customer_id = ",
            $customer,
            " ORDER BY y.opened_at DESC LIMIT 1 OFFSET 4), 0) AS since"
        )
    };
}

macro_rules! osince_of {
    ($customer:literal) => {
        concat!(
            "COALESCE((SELECT z.placed_at FROM customer_order z WHERE z.customer_id = ",
            $customer,
            " ORDER BY z.placed_at DESC LIMIT 1 OFFSET 4), 0) AS osince"
        )
    };
}

// Rows of a large table that belong to each hit. SQLite keeps to the order of a CROSS JOIN; PostgreSQL plans the inner SELECT, which its OFFSET
// keeps apart, for one hit at a time: so neither begins at the other end, whatever it thinks of the tables' sizes.
macro_rules! near {
    (sqlite, $table:literal, $alias:literal, $condition:literal) => {
        concat!("CROSS JOIN ", $table, " ", $alias, " ON ", $condition)
    };
    // In this order, where another index would do as well for a small table.
    (sqlite, $table:literal, $alias:literal, $condition:literal, $order:literal) => {
        near!(sqlite, $table, $alias, $condition)
    };
    (postgres, $table:literal, $alias:literal, $condition:literal, $order:literal) => {
        concat!(
            "CROSS JOIN LATERAL (SELECT * FROM ",
            $table,
            " ",
            $alias,
            " WHERE ",
            $condition,
            " ORDER BY ",
            $order,
            " LIMIT 500) AS ",
            $alias
        )
    };
    (postgres, $table:literal, $alias:literal, $condition:literal) => {
        concat!("CROSS JOIN LATERAL (SELECT * FROM ", $table, " ", $alias, " WHERE ", $condition, " OFFSET 0) AS ", $alias)
    };
}

// Kinds of rows with the same columns, so that one statement, portable to both databases, brings the whole card:
// part, customer, six texts, four ids, five numbers. Of open things no more than 500 of a kind are read, those made first. `since` of a hit is when its fifth last interaction opened, so that a customer with
// thousands of them costs a range of five in the index; `osince` is the same of orders. `who` has, beside each hit, the ids merged into them: the log has those. CROSS JOIN
// keeps SQLite from beginning at the other end. Of relations only those at the near end, of which there are few, and households.
// A ticket comes with who may see the other one it is about.
macro_rules! cards_of {
    ($db:ident, $($hit:tt)+) => {
        concat!(
            "WITH hit AS (",
            $($hit)+,
            "), who AS (
  SELECT h.cid AS cid, h.cid AS id, h.since AS since FROM hit h
  UNION ALL SELECT h.cid, a.customer_id, ",
            since_of!("a.customer_id"),
            " FROM hit h ",
            near!($db, "customer_alias", "a", "a.survivor_id = h.cid"),
            ")
SELECT 'customer' AS part, h.cid AS cid, c.kind AS t1, c.name AS t2, c.tier AS t3, c.language AS t4, c.notes AS t5, c.languages AS t6,
  c.owner_id AS i1, o.team_id AS i2, c.team_id AS i3, c.visibility AS i4,
  c.last_contact_at AS n1, h.pref AS n2, c.last_order_at AS n3, c.last_ticket_at AS n4, CAST(NULL AS BIGINT) AS n5
  FROM hit h JOIN customer c ON c.id = h.cid LEFT JOIN app_user o ON o.id = c.owner_id
UNION ALL
SELECT 'more', h.cid, c.birthday, c.fields, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM hit h JOIN customer c ON c.id = h.cid
UNION ALL
SELECT 'defined', CAST(NULL AS TEXT), d.key, d.labels, d.type, d.options, d.visible_to, CAST(NULL AS TEXT), d.id, CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), d.sort, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM custom_field d WHERE d.resource = 'customer' AND d.on_card = 1 AND d.active = 1 AND EXISTS (SELECT 1 FROM hit)
UNION ALL
SELECT 'contact', h.cid, p.kind, p.value, COALESCE(cc.raw, p.raw), cc.label, COALESCE(cc.detail, p.detail), CAST(NULL AS TEXT), p.id,
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), cc.preferred, cc.valid, cc.sort, cc.valid_from, cc.valid_until
  FROM hit h ",
            near!($db, "customer_contact_point", "cc", "cc.customer_id = h.cid"),
            " JOIN contact_point p ON p.id = cc.contact_point_id
UNION ALL
SELECT 'interaction', m.cid, q.name, u.name, w.name, i.close_reason, CAST(NULL AS TEXT), CAST(NULL AS TEXT), i.id, i.queue_id, i.agent_id,
  i.wrap_up_code_id, i.opened_at, i.closed_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM who m ",
            near!($db, "interaction_customer", "ic", "ic.customer_id = m.id AND ic.opened_at >= m.since"),
            " JOIN interaction i ON i.id = ic.interaction_id LEFT JOIN queue q ON q.id = i.queue_id
  LEFT JOIN app_user u ON u.id = i.agent_id LEFT JOIN wrap_up_code w ON w.id = i.wrap_up_code_id
UNION ALL
SELECT * FROM (SELECT 'item', h.cid, o.kind, o.title, 'open_item', CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), o.id,
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), o.due_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "open_item", "o", "o.customer_id = h.cid AND o.state = 'open'"),
            " LIMIT 500) AS items
UNION ALL
SELECT * FROM (SELECT 'item', h.cid, 'ticket', t.title, 'ticket', k.visibility, CAST(NULL AS TEXT), CAST(NULL AS TEXT), t.id,
  k.owner_id, u.team_id, k.team_id, t.due_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "ticket", "t", "t.customer_id = h.cid AND t.live = 1", "t.due_at, t.id"),
            " LEFT JOIN customer k ON k.id = t.contact_id AND k.id <> h.cid LEFT JOIN app_user u ON u.id = k.owner_id LIMIT 500) AS tickets
UNION ALL
SELECT * FROM (SELECT 'item', h.cid, 'ticket', t.title, 'ticket', k.visibility, CAST(NULL AS TEXT), CAST(NULL AS TEXT), t.id,
  k.owner_id, u.team_id, k.team_id, t.due_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "ticket", "t", "t.contact_id = h.cid AND t.live = 1", "t.due_at, t.id"),
            " LEFT JOIN customer k ON k.id = t.customer_id AND k.id <> h.cid LEFT JOIN app_user u ON u.id = k.owner_id LIMIT 500) AS tickets_for
UNION ALL
SELECT * FROM (SELECT 'item', h.cid, 'callback', b.reason, 'callback', CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), b.id,
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), b.next_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "callback", "b", "b.customer_id = h.cid AND b.state IN ('scheduled', 'due', 'offered', 'attempted')"),
            " LIMIT 500) AS callbacks
UNION ALL
SELECT 'share', h.cid, s.kind, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  s.target_id, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "customer_share", "s", "s.customer_id = h.cid"),
            "
UNION ALL
SELECT 'related', h.cid, r.kind, c.name, c.tier, c.visibility, r.note, c.id, c.owner_id, o.team_id, c.team_id, r.id,
  CAST(1 AS BIGINT), r.created_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "customer_relation", "r", "r.from_id = h.cid"),
            " JOIN customer c ON c.id = r.to_id LEFT JOIN app_user o ON o.id = c.owner_id
UNION ALL
SELECT 'related', h.cid, r.kind, c.name, c.tier, c.visibility, r.note, c.id, c.owner_id, o.team_id, c.team_id, r.id,
  CAST(0 AS BIGINT), r.created_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "customer_relation", "r", "r.to_id = h.cid AND r.kind = 'household'"),
            " JOIN customer c ON c.id = r.from_id LEFT JOIN app_user o ON o.id = c.owner_id
UNION ALL
SELECT 'value', h.cid, f.name, f.unit, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), f.id,
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), v.value_milli, f.sort, v.computed_at, CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "customer_value", "v", "v.customer_id = h.cid"),
            "
  JOIN formula f ON f.id = v.formula_id AND f.published = v.number AND f.on_card = 1 AND f.active = 1
UNION ALL
SELECT 'denied', h.cid, n.channel, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "customer_consent", "n", "n.customer_id = h.cid AND n.current = 1 AND n.state = 'denied'"),
            "
UNION ALL
SELECT * FROM (SELECT 'order', h.cid, o.number, o.state, o.currency, o.delivery, o.tracking, CAST(NULL AS TEXT), o.id, CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), o.placed_at, o.due_minor, o.delivery_at, o.total_minor, o.due_at
  FROM hit h ",
            near!($db, "customer_order", "o", "o.customer_id = h.cid AND o.placed_at >= h.osince"),
            "
  ORDER BY o.placed_at DESC LIMIT 250) AS lately
UNION ALL
SELECT * FROM (SELECT 'order', h.cid, o.number, o.state, o.currency, o.delivery, o.tracking, CAST(NULL AS TEXT), o.id, CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), o.placed_at, o.due_minor, o.delivery_at, o.total_minor, o.due_at
  FROM hit h ",
            near!($db, "customer_order", "o", "o.customer_id = h.cid AND o.state IN ('open', 'processing', 'shipped') AND o.placed_at < h.osince"),
            "
  ORDER BY o.placed_at DESC LIMIT 250) AS earlier
UNION ALL
SELECT 'due', h.cid, o.currency, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(SUM(o.due_minor) AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "customer_order", "o", "o.customer_id = h.cid AND o.due_minor > 0"),
            " GROUP BY h.cid, o.currency
UNION ALL
SELECT * FROM (SELECT 'contract', h.cid, k.number, k.kind, k.entitlements, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), k.id,
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), k.ends_at, k.starts_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT)
  FROM hit h ",
            near!($db, "contract", "k", "k.customer_id = h.cid AND k.state = 'active'"),
            "
  ORDER BY COALESCE(k.ends_at, 9223372036854775807) LIMIT 100) AS held
UNION ALL
SELECT 'warranty', h.cid, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  (SELECT MAX(w.warranty_until) FROM product_owned w WHERE w.customer_id = h.cid), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM hit h"
        )
    };
}

/// One statement in both dialects.
#[derive(Clone, Copy)]
pub(super) struct Statement {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Statement {
    pub(super) const fn of(self, backend: Backend) -> &'static str {
        match backend {
            Backend::Sqlite => self.sqlite,
            Backend::Postgres => self.postgres,
        }
    }
}

macro_rules! statement {
    ($($hit:tt)+) => {
        Statement { sqlite: cards_of!(sqlite, $($hit)+), postgres: cards_of!(postgres, $($hit)+) }
    };
}

/// Those who have the number `$1` at the time `$2`.
pub(super) const BY_NUMBER: Statement = statement!(concat!(
    "SELECT cc.customer_id AS cid, cc.preferred AS pref, ",
    since_of!("cc.customer_id"),
    ", ",
    osince_of!("cc.customer_id"),
    " FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id
  WHERE p.kind = 'phone' AND p.value = $1 AND cc.valid = 1
    AND (cc.valid_from IS NULL OR cc.valid_from <= $2) AND (cc.valid_until IS NULL OR cc.valid_until > $2)
  ORDER BY cc.preferred DESC, cc.customer_id LIMIT 50"
));

/// Those who have a number whose tail lies from `$1` up to `$2`, and companies that have one of `$4` to `$11`; at the time `$3`.
pub(super) const BY_PART: Statement = statement!(concat!(
    "SELECT d.cid AS cid, d.pref AS pref, ",
    since_of!("d.cid"),
    ", ",
    osince_of!("d.cid"),
    " FROM (SELECT f.cid AS cid, MAX(f.pref) AS pref FROM (
    SELECT * FROM (SELECT cc.customer_id AS cid, cc.preferred AS pref
      FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id
      WHERE p.tail >= $1 AND p.tail < $2 AND cc.valid = 1
        AND (cc.valid_from IS NULL OR cc.valid_from <= $3) AND (cc.valid_until IS NULL OR cc.valid_until > $3)
      ORDER BY p.tail LIMIT 20) AS of_tail
    UNION ALL SELECT * FROM (SELECT cc.customer_id AS cid, cc.preferred AS pref
      FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id JOIN customer k ON k.id = cc.customer_id
      WHERE p.kind = 'phone' AND p.value IN ($4, $5, $6, $7, $8, $9, $10, $11) AND k.kind = 'company' AND cc.valid = 1
        AND (cc.valid_from IS NULL OR cc.valid_from <= $3) AND (cc.valid_until IS NULL OR cc.valid_until > $3)
      LIMIT 20) AS of_main
  ) AS f GROUP BY f.cid ORDER BY f.cid LIMIT 20) AS d"
));

/// The one whose id is `$1`.
pub(super) const BY_ID: Statement = statement!(concat!(
    "SELECT c0.id AS cid, CAST(0 AS BIGINT) AS pref, ",
    since_of!("c0.id"),
    ", ",
    osince_of!("c0.id"),
    " FROM customer c0 WHERE c0.id = $1"
));
