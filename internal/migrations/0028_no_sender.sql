-- oldest-binary: 1
-- Mails that name no sender shared one customer with an address that nobody has. He keeps the conversations that he has, nameless and without an address, and
-- gets no new ones: each such mail has a customer of its own now.

UPDATE message SET sender = REPLACE(sender, 'unknown@sender.invalid', '')
WHERE conversation IN (
  SELECT c.id FROM conversation c JOIN address a ON a.customer = c.customer
  WHERE a.kind = 'email' AND a.value_key = 'unknown@sender.invalid');
DELETE FROM participant
WHERE address_key = 'unknown@sender.invalid' AND conversation IN (
  SELECT c.id FROM conversation c JOIN address a ON a.customer = c.customer
  WHERE a.kind = 'email' AND a.value_key = 'unknown@sender.invalid');
UPDATE conversation SET address = ''
WHERE address = 'unknown@sender.invalid' AND customer = (SELECT customer FROM address WHERE kind = 'email' AND value_key = 'unknown@sender.invalid');
UPDATE conversation SET customer_name = ''
WHERE customer_name = 'unknown@sender.invalid' AND customer = (SELECT customer FROM address WHERE kind = 'email' AND value_key = 'unknown@sender.invalid');
UPDATE customer SET name = '', name_key = ''
WHERE name = 'unknown@sender.invalid' AND id = (SELECT customer FROM address WHERE kind = 'email' AND value_key = 'unknown@sender.invalid');
DELETE FROM address WHERE kind = 'email' AND value_key = 'unknown@sender.invalid';
