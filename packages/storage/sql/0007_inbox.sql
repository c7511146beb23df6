-- ingest: the inbox.

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

create function switchboard.find_places(lines switchboard.chat_line[], moment timestamptz) returns bigint[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Of backfilled lines, by their numbers counted from 1. Under the locks of the conversations.
declare
  places bigint[] := '{}';
  taken bigint[];
  wanted bigint;
  last_seen bigint;
  line record;
begin
  for line in
    select l.number, l.conversation_id, l.sent_at from unnest(lines) as l where l.history order by l.conversation_id, l.number
  loop
    if last_seen is distinct from line.conversation_id then
      last_seen := line.conversation_id;
      taken := '{}';
    end if;
    wanted := to_position(least(moment, coalesce(to_time(line.sent_at), moment)));
    loop
      wanted := free_position(line.conversation_id, wanted);
      exit when not wanted = any (taken);
      wanted := wanted + 1;
    end loop;
    taken := taken || wanted;
    places[line.number + 1] := wanted;
  end loop;
  return places;
end
$$;

create function switchboard.lock_known_people(lines switchboard.chat_line[], changes jsonb) returns bigint[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Everybody known by an address of a line that is not complete, or of a change, in the order of their ids: who is to get an
-- address, or to be merged. After the locks of the addresses, before those of conversations.
declare
  addresses constant text := $query$
    select array_agg(distinct i.user_id order by i.user_id)
    from (
      select l.channel, a.kind, a.value
      from unnest($1) as l, unnest(l.identity_kinds, l.identity_values) as a (kind, value)
      where not l.complete
      union
      select c.channel, a.kind, a.value
      from jsonb_to_recordset($2) as c (channel text, kinds text[], addresses text[]), unnest(c.kinds, c.addresses) as a (kind, value)
    ) as s
    join identities i on i.value = s.value and i.kind = s.kind and i.channel = identity_channel(s.kind, s.channel)
  $query$;
  owners bigint[];
  owners_now bigint[];
begin
  execute addresses into owners using lines, changes;
  if owners is null then
    return '{}';
  end if;
  perform 1 from users where id = any (owners) order by id for no key update;
  execute addresses into owners_now using lines, changes;
  if owners_now is distinct from owners then
    raise serialization_failure using message = 'Somebody else has merged one of these people in this moment.';
  end if;
  return owners;
end
$$;

create function switchboard.conversations_of(
  lines switchboard.chat_line[], receipts switchboard.receipt[], owners bigint[]
) returns bigint[]
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select coalesce(array_agg(c.id order by c.id), '{}')
  from (
    select l.conversation_id as id from unnest(lines) as l
    union select r.conversation_id from unnest(receipts) as r
    union select o.id from conversations o where o.user_id = any (owners)
    -- Groups: of two reactions of one person only the newer one remains.
    union
    select r.conversation_id
    from unnest(owners) as owner
    cross join lateral ids_of(owner) as u (id)
    join messages r on r.sender_id = u.id and r.type = 'reaction'
  ) as c
  where c.id is not null
$$;

create function switchboard.prepare_lines(
  given json, more jsonb, out lines switchboard.chat_line[], out receipts switchboard.receipt[], out tangled boolean
)
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Takes the locks that lines with new people, echoes or backfills need, receipts and changes of addresses too, and meets the
-- people. `tangled`: who they are depends on the order of the events, see ingest_in_order.
declare
  changes jsonb := coalesce(more -> 'changes', '[]');
  keys text[];
  owners bigint[];
  conversations_known bigint[];
begin
  lines := array(select r from resolve_lines(given) as r);
  receipts := '{}';
  tangled := false;
  if more ? 'receipts' then
    receipts := resolve_receipts(array(select r from jsonb_populate_recordset(null::receipt, more -> 'receipts') as r));
  end if;
  keys := array(
    select kind || ':' || value
    from unnest(lines) as l, unnest(l.identity_kinds, l.identity_values) as i (kind, value)
    where not l.complete
    union all
    select 'group:' || l.group_id from unnest(lines) as l where not l.complete and l.group_id is not null
    union all
    select kind || ':' || value
    from jsonb_to_recordset(changes) as c (kinds text[], addresses text[]), unnest(c.kinds, c.addresses) as i (kind, value)
    union all
    select 'message:' || l.provider_id from unnest(lines) as l where l.author = 'operator'
    union all
    select 'message:' || r.provider_id from unnest(receipts) as r where r.conversation_id is null or r.learns
  );
  if cardinality(keys) > 0 then
    perform lock_keys(keys);
    lines := array(select r from resolve_lines(given) as r);
    if changes <> '[]' or not all_complete(lines) then
      owners := lock_known_people(lines, changes);
    end if;
    -- Strangers are met in parts. Among so many, those who are known in part come first: one of their new addresses may be
    -- all that a later line has.
    if changes = '[]' and not all_complete(lines) and (cardinality(lines) <= 200 or owners = '{}') then
      perform meet_strangers(lines);
      lines := array(select r from resolve_lines(given) as r);
    end if;
    tangled := changes <> '[]';
    if not tangled and not all_complete(lines) then
      tangled := not meet_people(lines);
      lines := array(select r from resolve_lines(given) as r);
    end if;
    receipts := resolve_receipts(receipts);
  end if;
  if tangled then
    conversations_known := conversations_of(lines, receipts, owners);
    perform lock_conversations(conversations_known);
    lines := array(select r from resolve_lines(given) as r);
    receipts := resolve_receipts(receipts);
    if conversations_of(lines, receipts, owners) <> conversations_known then
      -- Going on would take locks out of their order.
      raise serialization_failure using message = 'One of these conversations was merged or made in this moment.';
    end if;
  elsif cardinality(receipts) > 0 or exists (select 1 from unnest(lines) as l where l.history) then
    perform lock_conversations(array(
      select conversation_id from unnest(lines) union select conversation_id from unnest(receipts)
    ));
  end if;
end
$$;

create function switchboard.store_in_order(
  ready json[], quiet_ms double precision, max_wait_ms double precision, max_count integer, idle_ms double precision,
  moment timestamptz
) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
declare
  given json := array_to_json(ready);
  outcome record;
begin
  if cardinality(ready) = 0 then
    return '{}';
  end if;
  outcome := store_lines(
    given, find_places(array(select r from resolve_lines(given) as r), moment), true,
    quiet_ms, max_wait_ms, max_count, idle_ms, moment
  );
  if not outcome.stored then
    raise serialization_failure using message = 'Somebody else has met one of these people in this moment.';
  end if;
  return coalesce(outcome.results, '{}');
end
$$;

create function switchboard.ingest_in_order(
  given json, changes jsonb, quiet_ms double precision, max_wait_ms double precision, max_count integer,
  idle_ms double precision, moment timestamptz
) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Where it depends on the order of the events who somebody is: people are merged, or an address has another owner from some
-- event on. What came before such an event is stored before. Under the locks of prepare_lines.
declare
  results json[] := '{}';
  ready json[] := '{}';
  step record;
  resolved record;
  who record;
begin
  for step in
    select (l.line ->> 'number')::integer as number, l.line, null::jsonb as change
    from json_array_elements(given) as l (line)
    union all
    select (c.change ->> 'number')::integer, null, c.change from jsonb_array_elements(changes) as c (change)
    order by 1
  loop
    if step.change is null then
      select * into resolved from resolve_lines(json_build_array(step.line));
      continue when not found;
      if resolved.complete then
        ready := ready || step.line;
        continue;
      end if;
    end if;
    results := results || store_in_order(ready, quiet_ms, max_wait_ms, max_count, idle_ms, moment);
    ready := '{}';
    if step.change is null then
      who := meet_in_order(step.line, moment);
      ready := array[who.line_met];
    else
      who := change_identity(step.change, moment);
      if who.owner is not null then
        results := results || json_build_object('number', step.number, 'kind', 'identity', 'userId', who.owner::text);
      end if;
    end if;
    results := results || array(
      select json_build_object('number', step.number, 'kind', 'merged', 'merge', m.merge) from unnest(who.merges) as m (merge)
    );
  end loop;
  return results || store_in_order(ready, quiet_ms, max_wait_ms, max_count, idle_ms, moment);
end
$$;

create function switchboard.ingest(given json, more jsonb, options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
  set lock_timeout = '5s'
as $$
-- given: [given_line], no message twice; more: {receipts: [receipt], changes: [{number, channel, account, kinds, addresses, at}]}
-- options: {quiet_ms, max_wait_ms, max_count, idle_ms}
-- Everything carries the number of its event. Returns one object per event that did something, and one more for each merge that
-- it brought about, for what it made the window refuse, and for conversations in which parked messages may leave now; the
-- others were duplicates.
declare
  quiet_ms double precision := options ->> 'quiet_ms';
  max_wait_ms double precision := options ->> 'max_wait_ms';
  max_count integer := options ->> 'max_count';
  idle_ms double precision := options ->> 'idle_ms';
  outcome record;
  prepared record;
  moment timestamptz;
  results json[] := '{}';
begin
  if more = '{}' then
    outcome := store_lines(given, null, false, quiet_ms, max_wait_ms, max_count, idle_ms, clock_timestamp());
    if outcome.stored then
      return array_to_json(coalesce(outcome.results, '{}'));
    end if;
  end if;

  prepared := prepare_lines(given, more);
  moment := clock_timestamp();
  -- Most calls with receipts bring nothing else.
  if prepared.tangled then
    results := ingest_in_order(
      given, coalesce(more -> 'changes', '[]'), quiet_ms, max_wait_ms, max_count, idle_ms, moment
    );
    prepared.receipts := resolve_receipts(prepared.receipts);
  elsif cardinality(prepared.lines) > 0 then
    outcome := store_lines(
      given, find_places(prepared.lines, moment), true, quiet_ms, max_wait_ms, max_count, idle_ms, moment
    );
    if not outcome.stored then
      raise serialization_failure using message = 'Somebody else has met one of these people in this moment.';
    end if;
    results := coalesce(outcome.results, '{}');
    -- Resolved again: a receipt may be of an echo in the same call.
    prepared.receipts := resolve_receipts(prepared.receipts);
  end if;
  if cardinality(prepared.receipts) > 0 then
    results := results || ingest_receipts(prepared.receipts, moment);
  end if;
  return array_to_json(results);
end
$$;
