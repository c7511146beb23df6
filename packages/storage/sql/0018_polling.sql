-- Polling: where each channel's next poll goes on, and who may do it.

create table switchboard.polls (
  channel text collate "C" primary key,
  owner text collate "C" not null,
  lease_until timestamptz not null,
  cursor text
);
comment on table switchboard.polls is 'Channels that are polled.';
comment on column switchboard.polls.owner is 'Who polled last. Only the same one may move the cursor.';
comment on column switchboard.polls.cursor is 'What the channel gave with the last events that were committed. Its meaning is the channel''s own.';

create function switchboard.claim_poll(lease jsonb) returns json
  language sql
  set search_path = switchboard, pg_temp
as $$
  -- lease: {channel, owner, lease_ms}. Null: somebody else polls.
  insert into polls as p (channel, owner, lease_until)
  values (
    lease ->> 'channel', lease ->> 'owner', after(clock_timestamp(), (lease -> 'lease_ms')::double precision)
  )
  on conflict (channel) do update set owner = excluded.owner, lease_until = excluded.lease_until
    where p.owner = excluded.owner or p.lease_until <= clock_timestamp()
  returning json_build_object('cursor', p.cursor)
$$;

create function switchboard.save_poll(lease jsonb) returns json
  language sql
  set search_path = switchboard, pg_temp
as $$
  -- lease: {channel, owner, lease_ms, cursor}. Null: somebody else has taken it.
  update polls p set
    cursor = coalesce(lease ->> 'cursor', p.cursor),
    lease_until = after(clock_timestamp(), (lease -> 'lease_ms')::double precision)
  where p.channel = lease ->> 'channel' and p.owner = lease ->> 'owner'
  returning to_json(true)
$$;

select switchboard.close_to_strangers();
