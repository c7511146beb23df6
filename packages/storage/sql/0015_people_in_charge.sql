-- What operators do through the SDK.

create function switchboard.set_handoff(target jsonb, request jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- target: see find_target; request: {state, by, idle_ms}. Returns {conversation, change}, or null without a conversation.
declare
  wanted bigint := lock_conversation(ensure_target(target));
  change json;
begin
  if wanted is null then
    return null;
  end if;
  change := move_handoff(
    wanted,
    case request ->> 'state' when 'bot' then 'handback' when 'requested' then 'request' else 'takeover' end,
    'api', request ->> 'by', (request ->> 'idle_ms')::double precision, null, clock_timestamp()
  );
  return json_build_object('conversation', conversation_by_id(wanted), 'change', change);
end
$$;

create function switchboard.release_conversation(target jsonb, options jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- target: see find_target; options: {as_template}. Returns the outbound ids of what is parked no more, or null without a conversation.
declare
  wanted bigint := find_target(target);
begin
  if wanted is null then
    return null;
  end if;
  perform lock_conversations(array[wanted]);
  if options ? 'as_template' then
    return array_to_json(release_as_template(wanted, options ->> 'as_template', clock_timestamp()));
  end if;
  return array_to_json(release_parked(array[wanted], true, clock_timestamp()));
end
$$;

create function switchboard.further_pieces(piece switchboard.messages) returns json
  language sql stable
  set search_path = switchboard, pg_temp
as $$
  select json_agg(to_message(m) order by m.position)
  from messages m
  where piece.turn_id < 0 and m.conversation_id = piece.conversation_id and m.position > piece.position
    and m.turn_id = piece.turn_id
$$;
comment on function switchboard.further_pieces is 'What follows in the same text of an operator. Null: nothing.';

create function switchboard.add_operator_message(target jsonb, message jsonb) returns json
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- target: see find_target; message: {id, type, text, content, quoted_id, by, idle_ms, send_lease_ms, further}, where further has
-- the other pieces of a long text: [{id, type, text, content}].
-- Returns {conversation, message, further, send, handoffChange}, or null without a conversation.
declare
  wanted bigint;
  moment timestamptz;
  written messages;
  pieces jsonb;
  change json;
  send outbox_row;
begin
  select * into written from messages where outbound_id = message ->> 'id';
  if not found then
    wanted := lock_conversation(ensure_target(target));
    if wanted is null then
      return null;
    end if;
    select * into written from messages where outbound_id = message ->> 'id';
  end if;
  if written.position is not null then
    return json_build_object(
      'conversation', conversation_by_id(written.conversation_id), 'message', to_message(written), 'further', further_pieces(written)
    );
  end if;

  moment := clock_timestamp();
  change := move_handoff(
    wanted, 'operator-spoke', 'operator', message ->> 'by', (message ->> 'idle_ms')::double precision, null, moment
  );
  pieces := jsonb_build_array(message) || coalesce(message -> 'further', '[]');
  with placed as (
    select c.id as conversation_id, c.account_id, greatest(c.last_position + 1, to_position(moment)) as first_place
    from conversations c
    where c.id = wanted
  ), written_pieces as (
    insert into messages (
      conversation_id, position, turn_id, received_at, account_id, answerable, author, type, status, outbound_id, quoted_id,
      text, content
    )
    select c.conversation_id, c.first_place + p.number - 1, case when jsonb_array_length(pieces) > 1 then -c.first_place end,
      moment, c.account_id, false, 'operator', p.piece ->> 'type', 'pending', p.piece ->> 'id', p.piece ->> 'quoted_id',
      p.piece ->> 'text', nullif(p.piece -> 'content', 'null')
    from placed c
    cross join jsonb_array_elements(pieces) with ordinality as p (piece, number)
    returning conversation_id, position
  ), sent as (
    insert into deliveries (conversation_id, position, attempt, state, due_at)
    select w.conversation_id, w.position, 1, 'pending', moment from written_pieces w
  )
  update conversations c set last_position = w.last_place, message_count = c.message_count + w.pieces
  from (select max(position) as last_place, count(*) as pieces from written_pieces) as w
  where c.id = wanted;
  select * into written from messages where outbound_id = message ->> 'id';
  -- What waits before it is left to claim_sends, whose caller sends what it starts.
  if not exists (
    select 1 from deliveries d
    where d.conversation_id = wanted and d.position < written.position and d.state in ('pending', 'sending')
  ) then
    select (n.item).* into send
    from start_next(array[wanted], array[(message ->> 'send_lease_ms')::double precision], null, null, moment) as n;
  end if;
  select * into written from messages where conversation_id = wanted and position = written.position;
  return json_build_object(
    'conversation', conversation_by_id(wanted), 'message', to_message(written), 'further', further_pieces(written),
    'send', case when send."messageId" is not null then send end, 'handoffChange', change
  );
end
$$;
