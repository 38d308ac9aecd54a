-- How a customer has a contact point spelled who spells it otherwise than its row does.
ALTER TABLE customer_contact_point ADD COLUMN raw TEXT COLLATE "C";
ALTER TABLE customer_contact_point ADD COLUMN detail TEXT COLLATE "C";

-- Those that were replaced stayed behind, out of an erasure's sight. One that an undone merge would give back stays.
DELETE FROM contact_point
WHERE NOT EXISTS (SELECT 1 FROM customer_contact_point cc WHERE cc.contact_point_id = contact_point.id)
  AND NOT EXISTS (
    SELECT 1 FROM merge_row m
    WHERE m.row_key = '["' || contact_point.id || '"]' AND m.table_name = 'customer_contact_point.customer_id' AND m.dropped IS NOT NULL
  );
