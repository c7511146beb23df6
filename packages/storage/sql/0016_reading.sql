-- Reading. limit and before as in Page: the newest limit, given oldest first.

create function switchboard.find_conversation(target jsonb) returns json
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select row_to_json(conversation_by_id(find_target(target)))
$$;

create function switchboard.list_conversations(page jsonb) returns json
  language plpgsql stable
  set search_path = switchboard, pg_temp
  set enable_seqscan = off
  set jit = off
as $$
-- page: {limit, before}; before: milliseconds.
declare
  before bigint := coalesce(((page ->> 'before')::numeric * 1000)::bigint, 9223372036854775807);
begin
  return (
    select json_agg(json_build_object(
      'conversation', to_conversation(p.c, a, u),
      'messageCount', (p.c).message_count,
      'lastMessageAt', case when (p.c).message_count > 0 then (p.c).last_position / 1000 end
    ) order by (p.c).last_position, (p.c).id)
    from (
      select c
      from conversations c
      where c.last_position < before and c.active_hour <= before / 3600000000
      order by c.active_hour desc, c.last_position desc, c.id desc
      limit (page ->> 'limit')::integer
    ) as p
    join accounts a on a.id = (p.c).account_id
    left join users u on u.id = (p.c).user_id
  );
end
$$;

create function switchboard.list_messages(conversation jsonb, page jsonb) returns json
  language plpgsql stable
  set search_path = switchboard, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  set jit = off
as $$
-- conversation: {id}; page: {limit, before}; before: a position.
declare
  wanted bigint := conversation_now(to_id(conversation ->> 'id'));
begin
  return (
    select json_agg(p.message order by p.position)
    from (
      select to_message(m) as message, m.position
      from messages m
      where m.conversation_id = wanted
        and m.position < coalesce((page ->> 'before')::bigint, 9223372036854775807)
      order by m.position desc
      limit (page ->> 'limit')::integer
    ) as p
  );
end
$$;

create function switchboard.list_turns(filter jsonb) returns json
  language plpgsql stable
  set search_path = switchboard, pg_temp
  set enable_seqscan = off
  set jit = off
as $$
-- filter: {outcome, limit}. The turns that ended last come first.
begin
  return (
    select json_agg(json_build_object(
      'id', t.id::text, 'conversationId', conversation_now(t.conversation_id)::text, 'outcome', t.outcome, 'attempts', t.attempts,
      'error', t.error, 'model', t.model, 'usage', t.usage,
      'startedAt', to_milliseconds(t.started_at), 'endedAt', to_milliseconds(t.ended_at)
    ) order by t.ended_at desc, t.id desc)
    from (
      select *
      from turns
      where filter ->> 'outcome' is null or outcome = filter ->> 'outcome'
      order by ended_at desc, id desc
      limit (filter ->> 'limit')::integer
    ) as t
  );
end
$$;
