-- What came of an attempt, and what leaves after it.

create type switchboard.send_record as (
  -- as the caller sends it
  number integer,
  id text,
  attempt integer,
  outcome text,
  provider_id text,
  error text,
  after_ms double precision,
  send_lease_ms double precision,
  type text,
  text text,
  content jsonb,
  -- as record_sends finds it
  conversation_id bigint,
  place bigint,
  account_id integer,
  round bigint
);

comment on type switchboard.send_record is 'type, text, content: what went out in place of what was said, if it was something else.';

create type switchboard.recorded_row as (
  number integer, status text, next switchboard.outbox_row, refused switchboard.window_refusal[]
);

create function switchboard.apply_sends(records switchboard.send_record[], moment timestamptz) returns json[]
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Answers about different messages, under the locks of their conversations.
declare
  failed send_record;
  statuses text[];
  refused window_refusal[];
  last_numbers integer[];
  started_in bigint[];
  items outbox_row[];
begin
  with judged as materialized (
    select r.*, m.status, d.release, s.stale,
      case
        when s.stale or r.outcome <> 'sent' and r.attempt <> d.attempt then m.status
        when r.outcome in ('retry', 'deferred', 'parked') and m.author = 'bot' and c.handoff <> 'bot'
          and m.status in ('sending', 'unknown') then 'cancelled'
        else status_after_send(m.status, r.outcome)
      end as new_status,
      r.outcome = 'sent' and not s.stale and r.provider_id is not null and m.provider_id is null
        and row_number() over (partition by r.account_id, r.provider_id order by r.number) = 1
        and not exists (
          select 1 from messages o where o.account_id = r.account_id and o.provider_id = r.provider_id
        ) as learns
    from unnest(records) as r
    join conversations c on c.id = r.conversation_id
    join messages m on m.conversation_id = r.conversation_id and m.position = r.place
    cross join lateral (
      select l.attempt, l.release
      from deliveries l
      where l.conversation_id = r.conversation_id and l.position = r.place
      order by l.attempt desc
      limit 1
    ) as d
    cross join lateral (
      -- A receipt has said already that the window refused what this answer says was taken.
      select r.outcome = 'sent' and (m.status <> 'sending' or r.attempt <> d.attempt) and exists (
        select 1 from deliveries o
        where o.conversation_id = r.conversation_id and o.position = r.place
          and case when r.provider_id is null then o.attempt = r.attempt and o.refused_id is not null
            else o.refused_id = r.provider_id end
      ) as stale
    ) as s
  ), answered as (
    update deliveries d set
      state = case when j.outcome = 'retry' then 'retried' when j.outcome = 'parked' and j.new_status <> 'parked' then 'cancelled'
        else j.outcome end,
      ended_at = moment,
      due_at = case when j.new_status = 'unknown' then moment end,
      error = j.error
    from judged j
    where d.conversation_id = j.conversation_id and d.position = j.place and d.attempt = j.attempt and not j.stale
      and (d.state = 'sending' or j.outcome = 'sent' or d.state = 'unknown' and j.outcome <> 'unknown')
  ), overtaken as (
    -- The answer to an earlier attempt settles the message: what a later one does no longer matters.
    update deliveries d set
      state = case d.state when 'pending' then 'cancelled' else 'unknown' end,
      ended_at = moment,
      due_at = null
    from judged j
    where d.conversation_id = j.conversation_id and d.position = j.place and d.attempt <> j.attempt
      and j.outcome = 'sent' and not j.stale and d.due_at is not null
  ), retried as (
    insert into deliveries (conversation_id, position, attempt, state, due_at, release)
    select j.conversation_id, j.place, j.attempt + 1, 'pending', after(moment, j.after_ms), j.release
    from judged j
    where j.new_status = 'pending' and j.status <> 'pending'
  )
  update messages m set
    status = j.new_status,
    provider_id = case when j.learns then j.provider_id else m.provider_id end,
    sent_at = case when j.new_status = 'sent' then coalesce(m.sent_at, moment) else m.sent_at end,
    error = case when j.new_status = j.status then m.error when j.outcome <> 'sent' then coalesce(j.error, m.error) end,
    type = coalesce(j.type, m.type),
    text = case when j.type is null then m.text else j.text end,
    content = case when j.type is null then m.content else j.content end
  from judged j
  where m.conversation_id = j.conversation_id and m.position = j.place and not j.stale
    and (j.new_status <> j.status or j.learns or j.type is not null);

  if exists (select 1 from unnest(records) as r where r.outcome = 'parked') then
    update conversations set parked = true
    where id = any (array(select r.conversation_id from unnest(records) as r where r.outcome = 'parked'));
  end if;

  refused := apply_waiting_receipts(array_agg(r.conversation_id), array_agg(r.place), moment)
  from unnest(records) as r
  where exists (
    select 1 from receipts w where w.account_id = r.account_id and w.provider_id = r.provider_id
  );
  for failed in
    select r.*
    from unnest(records) as r
    join messages m on m.conversation_id = r.conversation_id and m.position = r.place and m.status = 'failed'
    where r.outcome = 'failed'
  loop
    perform cancel_later_replies(failed.conversation_id, failed.place, moment);
  end loop;

  statuses := array(
    select m.status
    from unnest(records) with ordinality as r
    join messages m on m.conversation_id = r.conversation_id and m.position = r.place
    order by r.ordinality
  );
  if cardinality(statuses) < cardinality(records) then
    raise serialization_failure using message = 'One of these messages went to another conversation in this moment.';
  end if;
  -- A message that is pending again keeps its place: nothing overtakes it, and it does not follow itself.
  last_numbers := array(
    select max(r.number)
    from unnest(records) with ordinality as r
    where statuses[r.ordinality] not in ('pending', 'sending')
    group by r.conversation_id
  );
  select array_agg(n.started_in), array_agg(n.item)
  into started_in, items
  from (
    select array_agg(l.conversation_id) as conversations, array_agg(l.send_lease_ms) as leases,
      array_agg(l.place) as places, array_agg(l.attempt) as attempts
    from unnest(records) as l
    where l.number = any (last_numbers)
  ) as l
  cross join lateral start_next(l.conversations, l.leases, l.places, l.attempts, moment) as n;
  return array(
    select row_to_json(row(
      r.number, statuses[r.ordinality],
      case when r.number = any (last_numbers) then items[array_position(started_in, r.conversation_id)] end,
      case when refused is not null then array(select w from unnest(refused) as w where w.because = r.id) end
    )::recorded_row)
    from unnest(records) with ordinality as r
  );
end
$$;

create function switchboard.record_sends(records jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
  set lock_timeout = '5s'
as $$
-- records: [{number, id, attempt, outcome, provider_id, error, after_ms, send_lease_ms, type, text, content}]
-- Returns {number, status, next, refused} for each.
declare
  found_records send_record[];
  strangers text;
  moment timestamptz;
  results json[] := '{}';
begin
  -- Several answers about one message are rounds, one after the other.
  select
    array_agg((
      r.number, r.id, r.attempt, r.outcome, r.provider_id, r.error, r.after_ms, r.send_lease_ms, r.type, r.text, r.content,
      m.conversation_id, m.position, m.account_id, r.place_in_turn
    )::send_record order by r.number),
    min(r.id) filter (where m.position is null)
  into found_records, strangers
  from (
    select given.*, row_number() over (partition by given.id order by given.number) as place_in_turn
    from jsonb_populate_recordset(null::send_record, records) as given
  ) as r
  left join messages m on m.outbound_id = r.id;
  if strangers is not null then
    raise invalid_parameter_value using
      message = format('No message has the outbound id %s: record only what the store gave.', strangers);
  end if;

  perform lock_keys(array(
    select 'message:' || r.provider_id from unnest(found_records) as r where r.provider_id is not null
  ));
  perform lock_conversations(array(select r.conversation_id from unnest(found_records) as r));
  moment := clock_timestamp();
  for turn in 1 .. (select max(r.round) from unnest(found_records) as r) loop
    results := results || apply_sends(
      array(select r from unnest(found_records) as r where r.round = turn), moment
    );
  end loop;
  return array_to_json(results);
end
$$;
