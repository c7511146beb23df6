-- What webhooks bring, and whom it is from.

create type switchboard.chat_line as (
  -- as the caller sends it
  number integer,
  channel text,
  account text,
  provider_id text,
  group_id text,
  identity_kinds text[],
  identity_values text[],
  name text,
  author text,
  type text,
  says boolean,
  history boolean,
  text text,
  content jsonb,
  quoted_id text,
  sender_name text,
  sent_at double precision,
  raw text,
  -- as resolve_lines finds it
  account_id integer,
  user_id bigint,
  conversation_id bigint,
  complete boolean,
  renamed boolean,
  newest boolean,
  slot integer,
  rank integer,
  -- of backfilled lines
  place bigint
);
comment on type switchboard.chat_line is 'An event that becomes a line of a conversation. says: somebody says something now. complete: everybody and everything it names is known. newest: of the live lines of its conversation. slot, rank: which of the call''s conversations in the order of their ids, which of the lines in it.';

create function switchboard.resolve_lines(
  given json, out lines switchboard.chat_line[], out all_complete boolean, out any_history boolean, out any_echo boolean
)
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- Without what is already stored. An address never moves to another user, so once all are known the first one names the user.
begin
  select array_agg((
      l.number, l.channel, l.account, l.provider_id, l.group_id, l.identity_kinds, l.identity_values, l.name,
      l.author, l.type, l.says, l.history, l.text, l.content, l.quoted_id, l.sender_name, l.sent_at, l.raw,
      l.found_account, l.found_user, l.found_conversation, l.knows_all, l.has_new_name, l.is_last, l.conversation_slot,
      l.line_rank, null
    )::chat_line),
    bool_and(l.knows_all), bool_or(l.history), bool_or(l.author = 'operator')
  into lines, all_complete, any_history, any_echo
  from (
    select l.*, a.id as found_account, i.user_id as found_user, c.id as found_conversation,
      c.id is not null and (i.user_id is not null or cardinality(l.identity_kinds) = 0) and (
        cardinality(l.identity_kinds) < 2 or second.user_id is not null and (
          cardinality(l.identity_kinds) = 2
          or find_users(l.channel, l.identity_kinds, l.identity_values) = cardinality(l.identity_kinds)
        )
      ) as knows_all,
      l.name is not null and i.user_id is not null and l.name is distinct from u.name as has_new_name,
      lead(l.number) over same_conversation is null as is_last,
      dense_rank() over (order by c.id) as conversation_slot,
      row_number() over same_conversation as line_rank
    from json_populate_recordset(null::chat_line, given) as l
    -- A limit keeps each of these a look into an index, whatever the statistics say while the tables are young.
    left join lateral (
      select a.id from accounts a where a.channel = l.channel and a.name = l.account limit 1
    ) as a on true
    left join lateral (
      select m.position from messages m where m.account_id = a.id and m.provider_id = l.provider_id limit 1
    ) as m on true
    left join lateral (
      select i.user_id
      from identities i
      where i.value = l.identity_values[1] and i.kind = l.identity_kinds[1]
        and i.channel = identity_channel(l.identity_kinds[1], l.channel)
      limit 1
    ) as i on true
    left join lateral (
      select i.user_id
      from identities i
      where i.value = l.identity_values[2] and i.kind = l.identity_kinds[2]
        and i.channel = identity_channel(l.identity_kinds[2], l.channel)
      limit 1
    ) as second on true
    left join lateral (select u.name from users u where u.id = i.user_id limit 1) as u on true
    left join lateral (
      select d.id from conversations d where l.group_id is null and d.user_id = i.user_id and d.account_id = a.id
      union all
      select g.id from conversations g where g.group_id = l.group_id and g.account_id = a.id
      limit 1
    ) as c on true
    where m.position is null
    window same_conversation as (partition by c.id, l.history order by l.number)
  ) as l;
end
$$;

create type switchboard.newcomer as (
  number integer, channel text, account text, identity_kinds text[], identity_values text[], name text, group_id text
);
comment on type switchboard.newcomer is 'Who wrote a line, when not everybody and everything it names is known.';

create function switchboard.meet_strangers(lines switchboard.newcomer[]) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- People nobody has seen before, all at once: those without any known address, and without one that somebody else in the
-- same call has too. Under the locks of their addresses.
declare
  expected bigint;
  written bigint;
begin
  with addresses as (
    select l.number, l.name, l.identity_kinds[1] || ':' || l.channel || ':' || l.identity_values[1] as person,
      a.kind, identity_channel(a.kind, l.channel) as channel, a.value, a.place
    from unnest(lines) as l, unnest(l.identity_kinds, l.identity_values) with ordinality as a (kind, value, place)
  ), entangled as (
    select o.person
    from addresses o
    where exists (
      select 1 from identities i where i.value = o.value and i.kind = o.kind and i.channel = o.channel
    )
    union
    select unnest(array_agg(o.person))
    from addresses o
    group by o.kind, o.channel, o.value
    having count(distinct o.person) > 1
  ), people as materialized (
    select o.person, nextval('users_id_seq') as user_id,
      (array_agg(o.name order by o.number desc) filter (where o.name is not null))[1] as name,
      (array_agg(o.value order by o.number desc, o.place desc) filter (where o.kind = 'phone'))[1] as phone
    from addresses o
    where o.person not in (select e.person from entangled e)
    group by o.person
  ), new_users as (
    insert into users (id, name, phone) overriding system value
    select p.user_id, p.name, p.phone from people p
  ), chosen as materialized (
    select distinct o.value, o.kind, o.channel, p.user_id
    from addresses o
    join people p on p.person = o.person
  ), new_identities as (
    insert into identities (value, kind, channel, user_id)
    select c.value, c.kind, c.channel, c.user_id from chosen c
    on conflict do nothing
    returning 1
  ), new_conversations as (
    insert into conversations (account_id, kind, user_id, peer_kind, peer_value)
    select distinct on (a.id, p.user_id) a.id, 'direct', p.user_id, l.identity_kinds[1], l.identity_values[1]
    from unnest(lines) as l
    join accounts a on a.channel = l.channel and a.name = l.account
    join people p on p.person = l.identity_kinds[1] || ':' || l.channel || ':' || l.identity_values[1]
    where l.group_id is null
  )
  select (select count(*) from chosen), (select count(*) from new_identities) into expected, written;
  if written < expected then
    raise serialization_failure using message = 'Somebody else has met one of these people in this moment.';
  end if;
end
$$;

create function switchboard.meet_people(lines switchboard.chat_line[], changes jsonb) returns jsonb
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- The slow way, for people who are known in part: one event after the other, in the order of the call. A line that is
-- already there teaches nothing. Returns the user of each identity change by the number of its event.
declare
  step record;
  account integer;
  owner bigint;
  users_changed jsonb := '{}';
begin
  for step in
    select l.number, l.channel, l.account, l.identity_kinds as kinds, l.identity_values as addresses, l.name,
      l.group_id, l.provider_id, false as is_change
    from unnest(lines) as l where not l.complete
    union all
    select c.number, c.channel, c.account, c.kinds, c.addresses, null, null, null, true
    from jsonb_to_recordset(changes) as c (number integer, channel text, account text, kinds text[], addresses text[])
    order by 1
  loop
    if step.is_change then
      owner := find_user(step.channel, step.kinds, step.addresses);
      if owner is not null then
        perform learn_identities(owner, step.channel, step.kinds, step.addresses);
        users_changed := users_changed || jsonb_build_object(step.number, owner::text);
      end if;
      continue;
    end if;
    account := ensure_account(step.channel, step.account);
    continue when exists (select 1 from messages where account_id = account and provider_id = step.provider_id);
    owner := null;
    if cardinality(step.kinds) > 0 then
      owner := ensure_user(step.channel, step.kinds, step.addresses, step.name);
    end if;
    if step.group_id is null then
      perform ensure_conversation(account, owner, null, step.kinds[1], step.addresses[1]);
    else
      perform ensure_conversation(account, null, step.group_id, 'group', step.group_id);
    end if;
  end loop;
  return users_changed;
end
$$;
