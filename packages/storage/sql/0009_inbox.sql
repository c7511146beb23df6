-- ingest: the inbox. What has to be found, locked or met before lines are stored, and the order of all that.

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
