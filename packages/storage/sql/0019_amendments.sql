-- Amendments: edits, revocations and reactions change the message that they are about. Each is a line of its own as well.
--
-- A message is made anew from all amendments of it whenever one comes, so their order does not matter. Reading costs nothing more:
-- what they made of the message is in its row.

create type switchboard.amendments as (revoked_at bigint, edited_at bigint, edit switchboard.messages, reactions jsonb);

create function switchboard.is_out(status text) returns boolean
  language sql immutable parallel safe
  return status is null or status in ('sent', 'delivered', 'read');
comment on function switchboard.is_out is 'Whether a line is out: everything but what we say and have not sent.';

create function switchboard.find_amendments(m switchboard.messages) returns switchboard.amendments
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  with found as materialized (
    select a as line, a.type, a.author, a.position, a.text, a.sender_name,
      -- Our account has one reaction to a message, for the bot and all operators.
      case when a.author = 'customer' then coalesce(user_now(a.sender_id)::text, a.sender_name, '') end as sender,
      coalesce(a.sent_at, a.received_at) as written
    from messages a
    where a.account_id = (m).account_id and a.quoted_id = (m).provider_id and a.type in ('reaction', 'edit', 'revoke')
      and a.conversation_id = (m).conversation_id and is_out(a.status)
  ), edits as (
    select f.line, f.written
    from found f
    -- Nobody edits what the other side wrote.
    where f.type = 'edit' and (f.author = 'customer') = ((m).author = 'customer')
    order by f.written desc, f.position desc
    limit 1
  ), latest as (
    select distinct on (f.sender) f.author, f.sender_name, f.text, f.written, f.position
    from found f
    where f.type = 'reaction'
    order by f.sender, f.written desc, f.position desc
  )
  select row(
    (select to_milliseconds(min(f.written)) from found f where f.type = 'revoke'),
    (select to_milliseconds(e.written) from edits e),
    (select e.line from edits e),
    (
      select jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object('by', l.author, 'name', l.sender_name, 'emoji', l.text))
        order by l.written, l.position
      )
      from latest l
      where l.text <> ''
    )
  )::amendments
$$;
comment on function switchboard.find_amendments is 'The first revocation, the newest edit, the newest reaction of each customer and of our account.';

create function switchboard.amended_message(m switchboard.messages, a switchboard.amendments) returns switchboard.messages
  language plpgsql stable
  set search_path = switchboard, pg_temp
as $$
-- What the amendments make of a message, from what it was at first.
declare
  original jsonb := coalesce(
    m.amended -> 'original', jsonb_build_object('type', m.type, 'text', m.text, 'content', m.content)
  );
begin
  m.type := original ->> 'type';
  m.text := original ->> 'text';
  m.content := nullif(original -> 'content', 'null');
  if a.revoked_at is not null then
    m.text := null;
    m.content := null;
    m.answerable := false;
    m.amended := jsonb_build_object('revokedAt', a.revoked_at, 'original', original);
    return m;
  end if;
  m.amended := case when a.reactions is not null then jsonb_build_object('reactions', a.reactions) end;
  if a.edited_at is null then
    return m;
  end if;
  m.text := (a.edit).text;
  if m.type in ('image', 'video', 'audio', 'voice', 'document', 'sticker') then
    -- The rule editedContent of @switchboard/core: the file stays.
    m.content := m.content - 'caption' || case when m.text is null then '{}' else jsonb_build_object('caption', m.text) end;
  else
    m.content := (a.edit).content;
    m.type := coalesce(m.content ->> 'type', 'text');
  end if;
  m.amended := coalesce(m.amended, '{}') || jsonb_build_object('editedAt', a.edited_at, 'original', original);
  return m;
end
$$;

create function switchboard.change_burst(
  conversation bigint, place bigint, asked boolean, due timestamptz
) returns timestamptz
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Under the lock of the conversation, after a message says something else or nothing. asked: it was answerable. due: when the burst
-- is due from now on; null means as before. Voids a reply in the making; when nothing is left, its turn is taken away.
-- Returns when the conversation is due, or null when the bot has dealt with the message.
declare
  unread record;
  replay record;
  c conversations;
begin
  select * into c from conversations k where k.id = conversation;
  select count(*) as waiting, coalesce(bool_or(
    case when t.burst is null then asked and place > t.from_position and place <= t.to_position else place = any (t.burst) end
  ), false) as hit into replay
  from turns t
  where t.conversation_id = conversation and t.waiting;
  if c.handoff <> 'bot' or not replay.hit and not (asked and place > c.read_to) then
    return null;
  end if;
  select count(*)::integer as count, min(m.received_at) as since into unread
  from messages m
  where m.conversation_id = conversation and m.answerable and m.position > c.read_to;
  if unread.count = 0 and replay.waiting = 0 then
    update conversations k set
      fence = k.fence + 1, version = k.version + 1, lease_until = null, attempts = 0, voids = 0,
      unread_count = 0, unread_since = null, due_at = null
    where k.id = conversation;
  else
    update conversations k set
      version = k.version + 1, unread_count = unread.count, unread_since = unread.since,
      due_at = case when unread.count > 0 then coalesce(due, k.due_at) else k.due_at end
    where k.id = conversation;
  end if;
  perform file_wake(conversation);
  return (select k.due_at from conversations k where k.id = conversation);
end
$$;

create function switchboard.amend_message(
  account integer, conversation bigint, target text, quiet_ms double precision, max_wait_ms double precision, max_count integer,
  moment timestamptz
) returns timestamptz
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Under the lock of the conversation. Makes the message of that provider id what its amendments say. Without a quiet_ms the time
-- at which a burst is due stays. Returns when the conversation is due now, if its burst has changed.
declare
  old messages;
  new messages;
  found_amendments amendments;
  due timestamptz;
begin
  select * into old from messages m where m.account_id = account and m.provider_id = target;
  if old.position is null then
    insert into receipts (account_id, provider_id, status, at, received_at) values (account, target, 'amended', moment, moment)
    on conflict do nothing;
    -- As long as receipts wait.
    update conversations set early_until = moment + interval '7 days' where id = conversation;
    return null;
  end if;
  if old.conversation_id <> conversation or old.type in ('reaction', 'edit', 'revoke') then
    return null;
  end if;
  found_amendments := find_amendments(old);
  new := amended_message(old, found_amendments);
  if found_amendments.revoked_at is not null then
    update messages m set text = null, content = null
    where m.account_id = account and m.quoted_id = target and m.type = 'edit' and m.conversation_id = conversation
      and m.text is not null;
  end if;
  if new is not distinct from old then
    return null;
  end if;
  update messages m set
    type = new.type, text = new.text, content = new.content, answerable = new.answerable, amended = new.amended
  where m.conversation_id = conversation and m.position = old.position;
  if (new.text, new.content, new.amended -> 'revokedAt') is not distinct from (old.text, old.content, old.amended -> 'revokedAt') then
    return null;
  end if;
  if new.answerable and quiet_ms is not null then
    due := (
      select burst_due_at(moment, c.unread_since, c.unread_count, quiet_ms, max_wait_ms, max_count)
      from conversations c
      where c.id = conversation
    );
  end if;
  return change_burst(conversation, old.position, old.answerable, due);
end
$$;

create function switchboard.follow_own_reaction() returns trigger
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
begin
  perform amend_message(new.account_id, new.conversation_id, new.quoted_id, null, null, null, clock_timestamp());
  return null;
end
$$;
comment on function switchboard.follow_own_reaction is 'A reaction of ours shows from when it has been sent, and no more when a receipt says that it failed.';

create trigger follow_own_reaction
  after update of status on switchboard.messages
  for each row
  when (
    new.type = 'reaction' and new.quoted_id is not null
    and switchboard.is_out(new.status) <> switchboard.is_out(old.status)
  )
  execute function switchboard.follow_own_reaction();

create function switchboard.follow_amendments(
  stored switchboard.stored_line[], quiet_ms double precision, max_wait_ms double precision, max_count integer, moment timestamptz
) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
declare
  results json[] := '{}';
  one record;
  due timestamptz;
begin
  for one in
    select s.number, s.conversation_id, s.place, m.account_id, m.quoted_id
    from unnest(stored) as s
    join messages m on m.conversation_id = s.conversation_id and m.position = s.place
    order by s.number
  loop
    due := amend_message(
      one.account_id, one.conversation_id, one.quoted_id, quiet_ms, max_wait_ms, max_count, moment
    );
    results := results || json_build_object(
      'number', one.number, 'kind', 'stored', 'messageId', message_id(null, one.conversation_id, one.place),
      'conversationId', one.conversation_id::text, 'dueInMs', wait(moment, due)
    );
  end loop;
  return results;
end
$$;
comment on function switchboard.follow_amendments is 'The effects of stored amendments, one after the other.';

select switchboard.close_to_strangers();
