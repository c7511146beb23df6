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
  foreach one in array stored loop
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

create function switchboard.store_lines(
  lines switchboard.chat_line[], quiet_ms double precision, max_wait_ms double precision, max_count integer,
  idle_ms double precision, moment timestamptz
) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
-- Resolved lines, all live or all backfilled (with a place each). The update locks the conversations in the order of their
-- ids, before anything is inserted. What it returns is kept by slot: no join, and no sort but one.
declare
  results json[];
  special stored_line[];
  bases bigint[];
  specials boolean[];
  unread_since timestamptz[];
  unread_before bigint[];
  echoed_in bigint[];
  echoes bigint[];
  any_renamed boolean;
  written bigint;
begin
  with sums as (
    select l.slot, l.conversation_id, count(*) as lines, max(l.place) as last_place,
      count(*) filter (where l.says and l.author = 'customer') as fresh,
      bool_or(l.says and l.author = 'operator') as echoed,
      max(l.identity_kinds[1]) filter (where l.newest and l.group_id is null and not l.history) as peer_kind,
      max(l.identity_values[1]) filter (where l.newest and l.group_id is null and not l.history) as peer_value
    from unnest(lines) as l
    group by l.slot, l.conversation_id
    order by l.slot
  ), touched as (
    update conversations c set
      message_count = c.message_count + s.lines,
      last_position = case when s.last_place is null
        then greatest(c.last_position, to_position(moment) - 1) + s.lines else greatest(c.last_position, s.last_place) end,
      peer_kind = coalesce(s.peer_kind, c.peer_kind),
      peer_value = coalesce(s.peer_value, c.peer_value),
      version = case when c.handoff = 'bot' and not s.echoed then c.version + s.fresh else c.version end,
      unread_count = case when c.handoff = 'bot' and not s.echoed then c.unread_count + s.fresh else c.unread_count end,
      unread_since = case when c.handoff = 'bot' and not s.echoed and s.fresh > 0
        then coalesce(c.unread_since, moment) else c.unread_since end,
      due_at = case when c.handoff = 'bot' and not s.echoed and s.fresh > 0 then burst_due_at(
        moment, coalesce(c.unread_since, moment), c.unread_count + s.fresh, quiet_ms, max_wait_ms, max_count
      ) else c.due_at end
    from sums s
    where c.id = s.conversation_id
    returning c.id, c.due_at, s.slot, s.fresh, c.last_position - s.lines as base, c.handoff <> 'bot' or s.echoed as special,
      coalesce(c.unread_since, moment) as unread_since, c.unread_count - s.fresh as unread_before
  ), filed as (
    insert into wakes (conversation_id, due_at)
    select t.id, t.due_at from touched t where t.fresh > 0 and not t.special
    on conflict (conversation_id) do update set due_at = excluded.due_at where wakes.due_at > excluded.due_at
  )
  select array_agg(t.base order by t.slot), array_agg(t.special order by t.slot), array_agg(t.unread_since order by t.slot),
    array_agg(t.unread_before order by t.slot)
  into bases, specials, unread_since, unread_before
  from touched t;

  with inserted as (
    insert into messages (
      conversation_id, position, sender_id, received_at, sent_at, account_id, answerable, author, type, status,
      provider_id, quoted_id, sender_name, text, content, raw
    )
    select l.conversation_id, coalesce(l.place, bases[l.slot] + l.rank), case when l.group_id is not null then l.user_id end,
      moment, to_time(l.sent_at), l.account_id, l.says and l.author = 'customer', l.author, l.type,
      case l.author when 'operator' then 'sent' end, l.provider_id, l.quoted_id,
      case when l.group_id is not null then l.sender_name end, l.text, l.content, l.raw
    from unnest(lines) as l
    on conflict (account_id, provider_id) do nothing
    returning 1
  )
  select
    array_agg(row_to_json(row(
      p.number, 'stored', message_id(null, p.conversation_id, p.final_place), p.conversation_id::text,
      case when p.says and p.author = 'customer' then wait(moment, burst_due_at(
        moment, unread_since[p.slot], unread_before[p.slot] + p.said, quiet_ms, max_wait_ms, max_count
      )) end,
      null
    )::inbox_row)) filter (where not specials[p.slot]),
    array_agg((p.number, p.conversation_id, p.final_place, p.author, p.says)::stored_line order by p.number)
      filter (where specials[p.slot]),
    array_agg(p.conversation_id) filter (where p.author = 'operator'),
    array_agg(p.final_place) filter (where p.author = 'operator'),
    bool_or(p.renamed),
    (select count(*) from inserted)
  into results, special, echoed_in, echoes, any_renamed, written
  from (
    select l.number, l.conversation_id, l.slot, l.author, l.says, l.renamed,
      coalesce(l.place, bases[l.slot] + l.rank) as final_place,
      count(*) filter (where l.says and l.author = 'customer') over (partition by l.slot order by l.rank) as said
    from unnest(lines) as l
  ) as p;

  if written < cardinality(lines) then
    -- The same message, in another call, in this very moment: once more, and it is a duplicate.
    raise serialization_failure using message = 'One of these messages was stored in this moment.';
  end if;
  if any_renamed then
    update users u set name = r.name
    from (
      select distinct on (l.user_id) l.user_id, l.name
      from unnest(lines) as l where l.renamed order by l.user_id, l.number desc
    ) as r
    where u.id = r.user_id;
  end if;
  if echoes is not null then
    perform apply_waiting_receipts(echoed_in, echoes, moment);
  end if;
  if special is not null then
    results := coalesce(results, '{}') || follow_handoff(special, quiet_ms, max_wait_ms, max_count, idle_ms, moment);
  end if;
  return results;
end
$$;

create function switchboard.in_parts(lines switchboard.chat_line[]) returns table (lines_of_part switchboard.chat_line[])
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select array_agg(n.line order by (n.line).conversation_id, (n.line).number)
  from (
    select l as line, l.history from unnest(lines) as l
  ) as n
  group by n.history
  order by n.history
$$;
comment on function switchboard.in_parts is 'All live or all backfilled, by conversation.';

create function switchboard.place_lines(lines switchboard.chat_line[], moment timestamptz) returns switchboard.chat_line[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Slots and ranks of a part, and places of backfilled lines. Under the locks of the conversations.
declare
  slot integer := 0;
  rank integer;
  wanted bigint;
  taken bigint[];
begin
  for index in 1 .. cardinality(lines) loop
    if index = 1 or lines[index].conversation_id <> lines[index - 1].conversation_id then
      slot := slot + 1;
      rank := 0;
      taken := '{}';
    end if;
    rank := rank + 1;
    lines[index].slot := slot;
    lines[index].rank := rank;
    if lines[index].history then
      wanted := to_position(least(moment, coalesce(to_time(lines[index].sent_at), moment)));
      loop
        wanted := free_position(lines[index].conversation_id, wanted);
        exit when not wanted = any (taken);
        wanted := wanted + 1;
      end loop;
      taken := taken || wanted;
      lines[index].place := wanted;
    end if;
  end loop;
  return lines;
end
$$;

create function switchboard.ingest(given json, more jsonb, options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
  set lock_timeout = '5s'
as $$
-- given: [chat_line], no message twice; more: {receipts: [receipt], changes: [{number, channel, account, kinds, addresses}]}
-- options: {quiet_ms, max_wait_ms, max_count, idle_ms}
-- Everything carries the number of its event. Returns one object per event that did something; the others were duplicates.
declare
  known record;
  receipts receipt[] := '{}';
  changes jsonb := coalesce(more -> 'changes', '[]');
  quiet_ms double precision := options ->> 'quiet_ms';
  max_wait_ms double precision := options ->> 'max_wait_ms';
  max_count integer := options ->> 'max_count';
  idle_ms double precision := options ->> 'idle_ms';
  keys text[];
  changed jsonb := '{}';
  moment timestamptz;
  part record;
  results json[] := '{}';
begin
  known := resolve_lines(given);
  if more ? 'receipts' then
    receipts := resolve_receipts(array(
      select r from jsonb_populate_recordset(null::receipt, more -> 'receipts') as r
    ));
  end if;
  if not known.all_complete or known.any_echo or changes <> '[]' or cardinality(receipts) > 0 then
    keys := array(
      select kind || ':' || value
      from unnest(known.lines) as l, unnest(l.identity_kinds, l.identity_values) as i (kind, value)
      where not l.complete
      union all
      select 'group:' || l.group_id from unnest(known.lines) as l where not l.complete and l.group_id is not null
      union all
      select kind || ':' || value
      from jsonb_to_recordset(changes) as c (kinds text[], addresses text[]), unnest(c.kinds, c.addresses) as i (kind, value)
      union all
      select 'message:' || l.provider_id from unnest(known.lines) as l where l.author = 'operator'
      union all
      select 'message:' || r.provider_id from unnest(receipts) as r where r.conversation_id is null or r.learns
    );
    if cardinality(keys) > 0 then
      perform lock_keys(keys);
      if not known.all_complete and changes = '[]' then
        perform ensure_account(l.channel, l.account) from unnest(known.lines) as l group by l.channel, l.account;
        -- Few at a time: the plans are made for few.
        for part in
          select array_agg((n.number, n.channel, n.account, n.identity_kinds, n.identity_values, n.name, n.group_id)::newcomer) as lines
          from (select l.*, row_number() over (order by l.number) / 200 as part from unnest(known.lines) as l where not l.complete) as n
          group by n.part
          order by n.part
        loop
          perform meet_strangers(part.lines);
        end loop;
        known := resolve_lines(given);
      end if;
      if not known.all_complete or changes <> '[]' then
        changed := meet_people(known.lines, changes);
        known := resolve_lines(given);
      end if;
      receipts := resolve_receipts(receipts);
    end if;
  end if;

  if not known.all_complete then
    raise serialization_failure using message = 'Somebody else has met one of these people in this moment.';
  end if;
  if known.any_history or cardinality(receipts) > 0 then
    perform lock_conversations(array(
      select conversation_id from unnest(known.lines) union select conversation_id from unnest(receipts)
    ));
  end if;
  moment := clock_timestamp();
  if known.any_history then
    for part in select * from in_parts(known.lines) loop
      results := results || store_lines(
        place_lines(part.lines_of_part, moment), quiet_ms, max_wait_ms, max_count, idle_ms, moment
      );
    end loop;
  elsif known.lines is not null then
    results := store_lines(known.lines, quiet_ms, max_wait_ms, max_count, idle_ms, moment);
  end if;
  if cardinality(receipts) > 0 then
    results := results || ingest_receipts(receipts, moment);
  end if;
  if changed <> '{}' then
    results := results || array(
      select json_build_object('number', key::integer, 'kind', 'identity', 'userId', value) from jsonb_each_text(changed)
    );
  end if;
  return array_to_json(results);
end
$$;
