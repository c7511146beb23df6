-- Where amendments take effect: with the lines of a call, with messages that come after their amendments, and in turns of which
-- nothing is left.

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

create or replace function switchboard.apply_waiting_receipts(conversations bigint[], places bigint[], moment timestamptz) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Applies the receipts, and the amendments, that came before the provider ids of these messages were known.
declare
  waiting receipt[];
  amended messages[];
  one messages;
begin
  with found as (
    delete from receipts w
    using unnest(conversations, places) as k (conversation_id, place), messages m
    where m.conversation_id = k.conversation_id and m.position = k.place
      and w.account_id = m.account_id and w.provider_id = m.provider_id
    returning w.status, w.at, w.error, w.received_at, k.conversation_id, k.place, m as line
  )
  select array_agg((
    number, null, null, null, null, status, to_milliseconds(at), error, null, conversation_id, place, null, null, null
  )::receipt) filter (where status <> 'amended'), array_agg(line) filter (where status = 'amended')
  into waiting, amended
  from (select *, row_number() over (order by received_at, status_rank(status)) as number from found) as ordered;
  if waiting is not null then
    perform apply_receipts(waiting, moment);
  end if;
  if amended is not null then
    foreach one in array amended loop
      perform amend_message(one.account_id, one.conversation_id, one.provider_id, null, null, null, moment);
    end loop;
  end if;
end
$$;

create or replace function switchboard.store_lines(
  given json, places bigint[], prepared boolean, quiet_ms double precision, max_wait_ms double precision, max_count integer,
  idle_ms double precision, moment timestamptz, out results json[], out stored boolean
)
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Stores all lines that are not stored already, or nothing when something has to be prepared: people to meet, locks to take
-- for echoes, places to find for backfills (by number, counted from 1). `prepared`: that has been done, but for the people.
--
-- One statement, since every further one costs as much as ten lines. The update locks the conversations in the order of their
-- ids, before anything is inserted. What it returns is kept in arrays, where a line finds its conversation's slot: no join, no
-- sort. A live line lies as far beyond its conversation's base as its number in the call says.
declare
  special stored_line[];
  echoed_in bigint[];
  echoes bigint[];
  amending stored_line[];
  numbers integer[];
  news boolean;
  missing bigint;
begin
  with resolved as materialized (
    select * from resolve_lines(given)
  ), sums as (
    select r.conversation_id, count(*) as lines, max(r.number) filter (where not r.history) as last_number,
      max(places[r.number + 1]) as last_place,
      count(*) filter (where r.says and r.author = 'customer') as fresh,
      bool_or(r.says and r.author = 'operator') as echoed
    from resolved r
    where (select bool_and(o.complete and (prepared or not o.history and o.author <> 'operator')) from resolved o)
    group by r.conversation_id
    order by r.conversation_id
  ), touched as (
    update conversations c set
      message_count = c.message_count + s.lines,
      last_position = case when s.last_number is null then greatest(c.last_position, s.last_place)
        else greatest(c.last_position, s.last_place, to_position(moment)) + 1 + s.last_number end,
      -- Nothing waits and nothing new does: no later turn need look through what people say to each other.
      read_to = case when c.handoff = 'bot' and not s.echoed and c.unread_count + s.fresh = 0
        then greatest(c.read_to, s.last_place, case when s.last_number is not null
          then greatest(c.last_position, s.last_place, to_position(moment)) + 1 + s.last_number end)
        else c.read_to end,
      version = case when c.handoff = 'bot' and not s.echoed then c.version + s.fresh else c.version end,
      unread_count = case when c.handoff = 'bot' and not s.echoed then c.unread_count + s.fresh else c.unread_count end,
      unread_since = case when c.handoff = 'bot' and not s.echoed and s.fresh > 0
        then least(c.unread_since, moment) else c.unread_since end,
      due_at = case when c.handoff = 'bot' and not s.echoed and s.fresh > 0 then burst_due_at(
        moment, least(c.unread_since, moment), c.unread_count + s.fresh, quiet_ms, max_wait_ms, max_count
      ) else c.due_at end
    from sums s
    where c.id = s.conversation_id
    returning c.id, c.due_at, c.peer_kind, c.peer_value, s.fresh, c.last_position - s.last_number as base,
      c.handoff <> 'bot' or s.echoed as special, c.early_until > moment as early
  ), filed as (
    insert into wakes (conversation_id, due_at)
    select t.id, t.due_at from touched t where t.fresh > 0 and not t.special
    on conflict (conversation_id) do update set due_at = excluded.due_at where wakes.due_at > excluded.due_at
  ), slots as materialized (
    select array_agg(t.id) as ids, array_agg(t.base) as bases, array_agg(t.special) as specials,
      array_agg(t.peer_kind) as peer_kinds, array_agg(t.peer_value) as peer_values, array_agg(wait(moment, t.due_at)) as waits,
      array_agg(t.early) as earlies
    from touched t
  ), placed as not materialized (
    select r.*, coalesce(places[r.number + 1], s.bases[r.slot] + r.number) as place, s.specials[r.slot] as special,
      s.earlies[r.slot] as early, r.type in ('reaction', 'edit', 'revoke') as amends,
      case when r.says and r.author = 'customer' then s.waits[r.slot] end as due_in_ms,
      r.group_id is null and not r.history
        and (s.peer_values[r.slot] <> r.identity_values[1] or s.peer_kinds[r.slot] <> r.identity_kinds[1]) as readdressed
    from slots s
    cross join lateral (select r.*, array_position(s.ids, r.conversation_id) as slot from resolved r) as r
  ), inserted as (
    insert into messages (
      conversation_id, position, sender_id, received_at, sent_at, account_id, answerable, author, type, status,
      provider_id, quoted_id, sender_name, text, content, raw
    )
    select p.conversation_id, p.place, case when p.group_id is not null then p.user_id end,
      moment, to_time(p.sent_at), p.account_id, p.says and p.author = 'customer', p.author, p.type,
      case p.author when 'operator' then 'sent' end, p.provider_id, p.quoted_id,
      case when p.group_id is not null then p.sender_name end, p.text, p.content, p.raw
    from placed p
    where p.slot is not null
    on conflict (account_id, provider_id) do nothing
    returning 1
  )
  select
    array_agg(row_to_json(row(
      p.number, 'stored', message_id(null, p.conversation_id, p.place), p.conversation_id::text, p.due_in_ms, null
    )::inbox_row)) filter (where not p.special and not p.amends),
    array_agg((p.number, p.conversation_id, p.place, p.author, p.says)::stored_line) filter (where p.special and not p.amends),
    array_agg((p.number, p.conversation_id, p.place, p.author, p.says)::stored_line) filter (where p.amends),
    array_agg(p.conversation_id) filter (where p.author = 'operator' or p.early),
    array_agg(p.place) filter (where p.author = 'operator' or p.early),
    array_agg(p.number), bool_or(p.renamed or p.readdressed), count(p.slot) > 0 or count(*) = 0,
    count(*) - (select count(*) from inserted)
  into results, special, amending, echoed_in, echoes, numbers, news, stored, missing
  from placed p;

  if not stored then
    results := null;
    return;
  end if;
  if missing > 0 then
    -- In another call, in this very moment: once more, and the message is a duplicate or has a new conversation.
    raise serialization_failure using message = 'One of these messages was stored, or its conversation removed, in this moment.';
  end if;
  if news then
    perform introduce(given, numbers);
  end if;
  if special is not null then
    results := coalesce(results, '{}') || follow_handoff(special, quiet_ms, max_wait_ms, max_count, idle_ms, moment);
  end if;
  -- Behind the handoff: what is taken back before it is read must have been counted.
  if echoes is not null then
    perform apply_waiting_receipts(echoed_in, echoes, moment);
  end if;
  if amending is not null then
    results := coalesce(results, '{}') || follow_amendments(amending, quiet_ms, max_wait_ms, max_count, moment);
  end if;
end
$$;

create or replace function switchboard.park_or_free(
  taken switchboard.conversations[], max_burst integer, max_attempts integer, moment timestamptz
) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Of conversations just claimed: those claimed too often are parked; where nothing is to be answered after all, the claim ends.
declare
  parked json[] := '{}';
  one record;
begin
  for one in
    select c.id, c.attempts - 1 as attempts, b.*
    from unnest(taken) as c
    cross join lateral burst_range(c.id, c.read_to, max_burst) as b
    where c.attempts > max_attempts or b.ends_at is null
  loop
    if one.ends_at is null and one.replay is not null then
      -- All that it was about has been taken back.
      update turns set
        outcome = 'silent', waiting = false, attempts = one.attempts, error = null, started_at = moment, ended_at = moment
      where id = one.replay;
      update conversations set attempts = 0, voids = 0 where id = one.id;
      perform free_conversation(one.id, moment);
    elsif one.ends_at is null then
      update conversations set attempts = one.attempts, lease_until = null where id = one.id;
    else
      parked := parked || json_build_object('conversationId', one.id::text, 'turnId', park(
        one.id, one.ends_at, one.replay, one.attempts, format('gave up after %s attempts', one.attempts), moment, moment
      )::text);
    end if;
  end loop;
  return parked;
end
$$;

select switchboard.close_to_strangers();
