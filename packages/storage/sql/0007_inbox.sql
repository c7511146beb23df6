-- ingest: the inbox.

create function switchboard.burst_due_at(
  moment timestamptz, since timestamptz, messages bigint, quiet_ms double precision, max_wait_ms double precision, max_count integer
) returns timestamptz
  language sql immutable parallel safe
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
  number integer, event integer, conversation_id bigint, place bigint, author text, says boolean, answerable boolean
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
    end if;
    if one.answerable then
      update conversations c set
        version = c.version + 1,
        unread_count = c.unread_count + 1,
        unread_since = coalesce(c.unread_since, moment),
        due_at = burst_due_at(moment, coalesce(c.unread_since, moment), c.unread_count + 1, quiet_ms, max_wait_ms, max_count)
      where c.id = one.conversation_id and c.handoff = 'bot'
      returning c.due_at into due;
    end if;
    results := results || json_build_object(
      'event', one.event, 'kind', 'stored', 'messageId', message_id(null, one.conversation_id, one.place),
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
as $$
-- Resolved lines, all live or all backfilled, under the locks of their conversations, in one statement.
declare
  results json[];
  special stored_line[];
  echoes stored_line[];
begin
  with placed as (
    select l.*, c.kind, c.handoff, c.unread_since, c.unread_count,
      case when l.history
        then free_position(c.id, to_position(least(moment, coalesce(to_time(l.sent_at), moment))))
        else greatest(c.last_position + 1, to_position(moment))
          + row_number() over (partition by c.id order by l.number) - 1
      end as place
    from unnest(lines) as l
    join conversations c on c.id = l.conversation_id
  ), inserted as (
    insert into messages (
      conversation_id, position, sender_id, received_at, sent_at, account_id, answerable, author, type, status,
      provider_id, quoted_id, sender_name, text, content, raw
    )
    select conversation_id, place, case kind when 'group' then user_id end, moment, to_time(sent_at), account_id,
      says and author = 'customer', author, type, case author when 'operator' then 'sent' end,
      provider_id, quoted_id, case kind when 'group' then sender_name end, text, content, raw
    from placed
    on conflict (account_id, provider_id) do nothing
    returning conversation_id, position, answerable
  ), stored as (
    select p.*, i.answerable,
      p.unread_count + count(*) filter (where i.answerable) over (partition by p.conversation_id order by p.number) as unread
    from inserted i
    join placed p on p.conversation_id = i.conversation_id and p.place = i.position
  ), sums as (
    select conversation_id, kind, handoff, count(*) as lines, max(place) as last_position,
      count(*) filter (where answerable) as fresh,
      max(unread) as unread_count,
      coalesce(unread_since, moment) as unread_since,
      handoff <> 'bot' or bool_or(says and author = 'operator') as special,
      max(number) filter (where not history and kind = 'direct') as newest
    from stored
    group by conversation_id, kind, handoff, unread_since
  ), effects as (
    select s.*, s.fresh > 0 and not s.special as wakes, n.identity_kinds[1] as peer_kind, n.identity_values[1] as peer_value,
      burst_due_at(moment, s.unread_since, s.unread_count, quiet_ms, max_wait_ms, max_count) as due_at
    from sums s left join placed n on n.number = s.newest
  ), updated as (
    update conversations c set
      message_count = c.message_count + e.lines,
      last_position = greatest(c.last_position, e.last_position),
      peer_kind = coalesce(e.peer_kind, c.peer_kind),
      peer_value = coalesce(e.peer_value, c.peer_value),
      version = case when e.wakes then c.version + e.fresh else c.version end,
      unread_count = case when e.wakes then e.unread_count else c.unread_count end,
      unread_since = case when e.wakes then e.unread_since else c.unread_since end,
      due_at = case when e.wakes then e.due_at else c.due_at end
    from effects e
    where c.id = e.conversation_id
  ), renamed as (
    update users u set name = r.name
    from (select distinct on (user_id) user_id, name from stored where renamed order by user_id, number desc) as r
    where u.id = r.user_id
  )
  select
    array_agg(json_build_object(
      'event', s.event, 'kind', 'stored', 'messageId', message_id(null, s.conversation_id, s.place),
      'conversationId', s.conversation_id::text,
      'dueInMs', case when e.wakes and s.answerable
        then wait(moment, burst_due_at(moment, e.unread_since, s.unread, quiet_ms, max_wait_ms, max_count)) end
    )) filter (where not e.special),
    array_agg((
      s.number, s.event, s.conversation_id, s.place, s.author, s.says, s.answerable
    )::stored_line order by s.number) filter (where e.special),
    array_agg((s.number, s.event, s.conversation_id, s.place, s.author, s.says, s.answerable)::stored_line)
      filter (where s.author = 'operator')
  into results, special, echoes
  from stored s
  join effects e on e.conversation_id = s.conversation_id;

  if echoes is not null then
    perform apply_waiting_receipts(array_agg(s.conversation_id), array_agg(s.place), moment) from unnest(echoes) as s;
  end if;
  if special is not null then
    results := coalesce(results, '{}') || follow_handoff(special, quiet_ms, max_wait_ms, max_count, idle_ms, moment);
  end if;
  return coalesce(results, '{}');
end
$$;

create function switchboard.ingest(events jsonb, options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
as $$
-- events: {lines: [line], receipts: [receipt], changes: [{event, channel, account, kinds, addresses}]}
-- options: {quiet_ms, max_wait_ms, max_count, idle_ms}
-- Returns one object per event that did something, with the event's number; the others were duplicates.
declare
  lines chat_line[] := array(
    select l from jsonb_populate_recordset(null::chat_line, events -> 'lines') as l
  );
  receipts receipt[] := array(
    select r from jsonb_populate_recordset(null::receipt, events -> 'receipts') as r
  );
  changes jsonb := coalesce(events -> 'changes', '[]');
  quiet_ms double precision := options -> 'quiet_ms';
  max_wait_ms double precision := options -> 'max_wait_ms';
  max_count integer := options -> 'max_count';
  idle_ms double precision := options ->> 'idle_ms';
  keys text[];
  changed jsonb := '{}';
  moment timestamptz;
  results json[] := '{}';
  part record;
begin
  lines := resolve_lines(lines);
  receipts := resolve_receipts(receipts);
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
    changed := meet_people(lines, changes);
    lines := resolve_lines(lines);
    receipts := resolve_receipts(receipts);
  end if;

  perform lock_conversations(array(
    select conversation_id from unnest(lines) union select conversation_id from unnest(receipts)
  ));
  moment := clock_timestamp();
  -- Backfilled lines that want the same position go one after the other. Parts keep what is planned for few lines fast.
  for part in
    select array_agg(l.line order by (l.line).number) as lines
    from (
      select l.line, l.round, row_number() over (partition by l.round order by (l.line).number) as place
      from (
        select l as line, case when l.history
          then row_number() over (
            partition by l.history, l.conversation_id, least(moment, coalesce(to_time(l.sent_at), moment)) order by l.number
          )
          else 0 end as round
        from unnest(lines) as l
      ) as l
    ) as l
    group by l.round, (l.place - 1) / 200
    order by l.round, min((l.line).number)
  loop
    results := results || store_lines(part.lines, quiet_ms, max_wait_ms, max_count, idle_ms, moment);
  end loop;
  if cardinality(receipts) > 0 then
    results := results || ingest_receipts(receipts, moment);
  end if;
  if changed <> '{}' then
    results := results || array(
      select json_build_object('event', key::integer, 'kind', 'identity', 'userId', value) from jsonb_each_text(changed)
    );
  end if;
  return array_to_json(results);
end
$$;
