-- What time brings about, and what should have happened by now.

create function switchboard.next_send_at() returns timestamptz
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select d.due_at
  from deliveries d
  where d.state = 'pending' and d.due_at is not null and not exists (
    select 1 from deliveries o
    where o.conversation_id = d.conversation_id and o.position < d.position and o.state in ('pending', 'sending')
  )
  order by d.due_at
  limit 1
$$;
comment on function switchboard.next_send_at is 'When the next message may leave that nothing before it holds back.';

create function switchboard.sweep(options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
  set lock_timeout = '5s'
as $$
-- options: {limit, horizon_ms}. limit holds for each list.
declare
  most integer := options -> 'limit';
  moment timestamptz := clock_timestamp();
  latest timestamptz := after(moment, (options -> 'horizon_ms')::double precision);
  idle bigint[];
  overdue deliveries[];
  unknown json;
  handed_back json[] := '{}';
  conversation bigint;
  change json;
begin
  idle := array(select id from conversations where idle_at <= moment order by idle_at limit most);
  overdue := array(
    select d from deliveries d where d.state = 'sending' and d.due_at <= moment order by d.due_at limit most
  );
  if cardinality(idle) + cardinality(overdue) > 0 then
    perform lock_conversations(idle || array(select conversation_id from unnest(overdue)));
    with expired as (
      update deliveries d set state = 'unknown', ended_at = moment, due_at = moment
      from unnest(overdue) as o
      where d.conversation_id = o.conversation_id and d.position = o.position and d.attempt = o.attempt
        and d.state = 'sending' and d.due_at <= moment
      returning d.conversation_id, d.position
    ), written as (
      update messages m set status = 'unknown', error = 'no answer came in time'
      from expired e
      where m.conversation_id = e.conversation_id and m.position = e.position
      returning m.conversation_id, m.outbound_id
    )
    select json_agg(json_build_object('messageId', w.outbound_id, 'conversationId', w.conversation_id::text))
    into unknown
    from written w;
    foreach conversation in array idle loop
      change := hand_back_if_idle(conversation, null, moment);
      if change is not null then
        handed_back := handed_back || change;
      end if;
    end loop;
  end if;

  -- Receipts of messages that other tools send on the same account would wait for ever.
  delete from receipts where (account_id, provider_id, status) in (
    select r.account_id, r.provider_id, r.status
    from receipts r
    where r.received_at < moment - interval '7 days'
    order by r.received_at
    limit 1000
  );

  return json_build_object(
    'due', (
      select json_agg(json_build_object('conversationId', d.id::text, 'dueInMs', wait(moment, d.free_at)) order by d.free_at)
      from (
        select c.id, greatest(c.due_at, c.lease_until) as free_at
        from wakes w
        join conversations c on c.id = w.conversation_id
        where w.due_at <= latest and c.due_at <= latest and (c.lease_until is null or c.lease_until <= latest)
        order by w.due_at
        limit most
      ) as d
    ),
    'handedBack', array_to_json(handed_back),
    'unknown', unknown,
    'nextSendInMs', wait(moment, next_send_at())
  );
end
$$;

create function switchboard.progress() returns json
  language plpgsql stable
  set search_path = switchboard, pg_temp
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
  set lock_timeout = '5s'
as $$
declare
  moment timestamptz := clock_timestamp();
begin
  return json_build_object(
    'oldestDueMs', (
      select elapsed(greatest(c.due_at, c.lease_until), moment)
      from wakes w
      join conversations c on c.id = w.conversation_id
      where w.due_at <= moment and c.due_at <= moment and (c.lease_until is null or c.lease_until <= moment)
      order by w.due_at
      limit 1
    ),
    'oldestUnsentMs', (
      select elapsed(u.due_at, moment)
      from (
        select next_send_at() as due_at
        union all
        (select d.due_at from deliveries d where d.state = 'sending' and d.due_at is not null order by d.due_at limit 1)
      ) as u
      where u.due_at <= moment
      order by u.due_at
      limit 1
    )
  );
end
$$;
