-- Lines that are stored, and what they change in their conversations.

create function switchboard.burst_due_at(
  moment timestamptz, since timestamptz, messages bigint, quiet_ms double precision, max_wait_ms double precision, max_count integer
) returns timestamptz
  language sql stable parallel safe
  return case when messages >= max_count then moment
    else greatest(moment, least(switchboard.after(moment, quiet_ms), switchboard.after(since, max_wait_ms))) end;
comment on function switchboard.burst_due_at is 'The rule burstDueAt of @switchboard/core.';

create function switchboard.free_position(conversation bigint, wanted bigint) returns bigint
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select case when exists (select 1 from messages where conversation_id = conversation and position = wanted) then (
    select m.position + 1
    from messages m
    where m.conversation_id = conversation and m.position >= wanted and not exists (
      select 1 from messages o where o.conversation_id = conversation and o.position = m.position + 1
    )
    order by m.position
    limit 1
  ) else wanted end
$$;
comment on function switchboard.free_position is 'The wanted position of a backfilled message, or the next one upwards that is free.';

create type switchboard.stored_line as (
  number integer, conversation_id bigint, place bigint, author text, says boolean
);

create function switchboard.follow_handoff(
  stored switchboard.stored_line[], quiet_ms double precision, max_wait_ms double precision, max_count integer,
  idle_ms double precision, moment timestamptz
) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The effects of lines that change who speaks, or find a person in charge: one after the other, as they came.
declare
  results json[] := '{}';
  one stored_line;
  change json;
  due timestamptz;
begin
  for one in select * from unnest(stored) order by number loop
    change := null;
    due := null;
    if one.says and one.author = 'operator' then
      change := move_handoff(one.conversation_id, 'operator-spoke', 'echo', null, idle_ms, null, moment);
    elsif one.says then
      change := hand_back_if_idle(one.conversation_id, one.place - 1, moment);
      update conversations c set
        version = c.version + 1,
        unread_count = c.unread_count + 1,
        unread_since = coalesce(c.unread_since, moment),
        due_at = burst_due_at(moment, coalesce(c.unread_since, moment), c.unread_count + 1, quiet_ms, max_wait_ms, max_count)
      where c.id = one.conversation_id and c.handoff = 'bot'
      returning c.due_at into due;
      perform file_wake(one.conversation_id);
    end if;
    results := results || json_build_object(
      'number', one.number, 'kind', 'stored', 'messageId', message_id(null, one.conversation_id, one.place),
      'conversationId', one.conversation_id::text, 'dueInMs', wait(moment, due), 'handoffChange', change
    );
  end loop;
  return results;
end
$$;

create function switchboard.introduce(given json, numbers integer[]) returns void
  language sql
  set search_path = switchboard, pg_temp
as $$
  with heard as materialized (
    select l.number, l.name, p.user_id, c.id as conversation_id, l.identity_kinds[1] as kind, l.identity_values[1] as value
    from json_populate_recordset(null::given_line, given) as l
    cross join lateral (select find_user(l.channel, l.identity_kinds, l.identity_values) as user_id) as p
    cross join lateral (select a.id from accounts a where a.channel = l.channel and a.name = l.account limit 1) as a
    left join lateral (
      select c.id
      from conversations c
      where c.user_id = p.user_id and c.account_id = a.id and l.group_id is null and not l.history
      limit 1
    ) as c on true
    where l.number = any (numbers)
  ), free as materialized (
    -- A name is not worth waiting for: whoever holds the user may be waiting for a conversation that we hold.
    select u.id from users u where u.id in (select user_id from heard) for no key update skip locked
  ), renamed as (
    update users u set name = h.name
    from (
      select distinct on (user_id) user_id, name from heard where name is not null order by user_id, number desc
    ) as h
    join free f on f.id = h.user_id
    where u.id = h.user_id and u.name is distinct from h.name
  )
  update conversations c set peer_kind = h.kind, peer_value = h.value
  from (select distinct on (conversation_id) * from heard order by conversation_id, number desc) as h
  where c.id = h.conversation_id and (c.peer_kind <> h.kind or c.peer_value <> h.value);
$$;
comment on function switchboard.introduce is 'Takes over the names and addresses of those who sent these lines. The newest line decides.';

create function switchboard.store_lines(
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
  releases bigint[];
begin
  with resolved as materialized (
    select * from resolve_lines(given)
  ), sums as (
    select r.conversation_id, count(*) as lines, max(r.number) filter (where not r.history) as last_number,
      max(places[r.number + 1]) as last_place,
      count(*) filter (where r.says and r.author = 'customer') as fresh,
      bool_or(r.says and r.author = 'operator') as echoed,
      max(least(coalesce(to_time(r.sent_at), case when not r.history then moment end), moment)) filter (
        where r.author = 'customer' and r.type not in ('reaction', 'edit', 'revoke', 'system')
      ) as customer_at
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
      ) else c.due_at end,
      customer_at = greatest(c.customer_at, s.customer_at)
    from sums s
    where c.id = s.conversation_id
    returning c.id, c.due_at, c.peer_kind, c.peer_value, s.fresh, c.last_position - s.last_number as base,
      c.handoff <> 'bot' or s.echoed as special, c.early_until > moment as early,
      c.parked and s.fresh > 0 as releases
  ), filed as (
    insert into wakes (conversation_id, due_at)
    select t.id, t.due_at from touched t where t.fresh > 0 and not t.special
    on conflict (conversation_id) do update set due_at = excluded.due_at where wakes.due_at > excluded.due_at
  ), slots as materialized (
    select array_agg(t.id) as ids, array_agg(t.base) as bases, array_agg(t.special) as specials,
      array_agg(t.peer_kind) as peer_kinds, array_agg(t.peer_value) as peer_values, array_agg(wait(moment, t.due_at)) as waits,
      array_agg(t.early) as earlies, array_agg(t.id) filter (where t.releases) as releases
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
    count(*) - (select count(*) from inserted), (select s.releases from slots s)
  into results, special, amending, echoed_in, echoes, numbers, news, stored, missing, releases
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
  if releases is not null and cardinality(release_parked(releases, false, moment)) > 0 then
    results := coalesce(results, '{}') || json_build_object('kind', 'released', 'conversationIds', releases::text[]);
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
