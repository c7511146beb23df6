-- What webhooks bring, and whom it is from.

create type switchboard.given_line as (
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
  raw text
);
comment on type switchboard.given_line is
  'What callers say of a line. Apart from chat_line, since every column is looked for in the JSON of every line. says: null means if it quotes a message of ours.';

create type switchboard.chat_line as (
  -- given_line
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
  renamed boolean
);
comment on type switchboard.chat_line is 'An event that becomes a line of a conversation. says: somebody says something now. complete: everybody and everything it names is known, and its person is one user. renamed: its sender has another name than we know.';

create function switchboard.resolve_lines(given json) returns setof switchboard.chat_line
  language sql stable
begin atomic
  -- Subqueries, since every join hands on all columns of a line: 5 % of a call. `offset 0` keeps each from being evaluated
  -- wherever its result is used.
  select f.number, f.channel, f.account, f.provider_id, f.group_id, f.identity_kinds, f.identity_values, f.name,
    f.author, f.type,
    coalesce(f.says, exists (
      select 1
      from switchboard.messages q
      where q.account_id = f.account_id and q.provider_id = f.quoted_id and q.author <> 'customer'
    )), f.history, f.text, f.content, f.quoted_id, f.sender_name, f.sent_at, f.raw,
    f.account_id, f.user_id, f.conversation_id,
    f.conversation_id is not null and (f.user_id is not null or cardinality(f.identity_kinds) = 0) and (
      cardinality(f.identity_kinds) < 2 or f.second_id is not distinct from f.user_id and (
        cardinality(f.identity_kinds) = 2
        or switchboard.are_of(f.user_id, f.channel, f.identity_kinds, f.identity_values)
      )
    ),
    f.name is not null and f.user_id is not null
      and f.name is distinct from (select u.name from switchboard.users u where u.id = f.user_id)
  from (
    select p.*, case when p.group_id is null then (
      select d.id from switchboard.conversations d where d.user_id = p.user_id and d.account_id = p.account_id
    ) else (
      select g.id from switchboard.conversations g where g.group_id = p.group_id and g.account_id = p.account_id
    ) end as conversation_id
    from (
      select l.*,
        (select a.id from switchboard.accounts a where a.channel = l.channel and a.name = l.account) as account_id,
        (
          select i.user_id
          from switchboard.identities i
          where i.value = l.identity_values[1] and i.kind = l.identity_kinds[1]
            and i.channel = switchboard.identity_channel(l.identity_kinds[1], l.channel)
        ) as user_id,
        case when cardinality(l.identity_kinds) > 1 then (
          select i.user_id
          from switchboard.identities i
          where i.value = l.identity_values[2] and i.kind = l.identity_kinds[2]
            and i.channel = switchboard.identity_channel(l.identity_kinds[2], l.channel)
        ) end as second_id
      from json_populate_recordset(null::switchboard.given_line, given) as l
      offset 0
    ) as p
    where (
      select m.position from switchboard.messages m where m.account_id = p.account_id and m.provider_id = p.provider_id
    ) is null
    offset 0
  ) as f;
end;
comment on function switchboard.resolve_lines is 'Without what is already stored. Addresses of several users are not complete: who that is has to be looked into.';

create function switchboard.all_complete(lines switchboard.chat_line[]) returns boolean
  language sql stable
  return not exists (select 1 from unnest(lines) as l where not l.complete);

create function switchboard.meet_some_strangers(lines switchboard.chat_line[]) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
  set enable_hashjoin = on
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
    union
    -- One number, and two people who show it.
    select o.person
    from addresses o
    where is_personal(o.kind)
    group by o.person, o.kind
    having count(distinct o.value) > 1
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

create function switchboard.meet_strangers(lines switchboard.chat_line[]) returns void
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
declare
  part record;
begin
  perform ensure_account(l.channel, l.account) from unnest(lines) as l group by l.channel, l.account;
  -- Few at a time: the plans are made for few.
  for part in
    select array_agg(n.line) as lines
    from (select l as line, row_number() over (order by l.number) / 200 as part from unnest(lines) as l where not l.complete) as n
    group by n.part
    order by n.part
  loop
    perform meet_some_strangers(part.lines);
  end loop;
end
$$;

create function switchboard.is_tangled(channel_name text, kinds text[], addresses text[]) returns boolean
  language sql stable
  set search_path = switchboard, pg_temp
as $$
-- Not merely somebody with one more address: several users, somebody else with the same number, or a number that was left.
  with shown as (
    select a.kind, identity_channel(a.kind, channel_name) as channel, a.value
    from unnest(kinds, addresses) as a (kind, value)
  ), known as (
    select s.kind, i.user_id
    from shown s
    join identities i on i.value = s.value and i.kind = s.kind and i.channel = s.channel
  )
  select (select count(distinct k.user_id) > 1 from known k)
    or exists (
      select 1 from known k where is_somebody_else(k.user_id, null, channel_name, kinds)
    ) and not exists (select 1 from known k where is_personal(k.kind))
    or exists (
      select 1
      from known k
      join former_identities f on f.user_id = k.user_id
      join shown s on s.kind = f.kind and s.channel = f.channel and s.value = f.value
    )
$$;

create function switchboard.meet_people(lines switchboard.chat_line[]) returns boolean
  language plpgsql
  set search_path = switchboard, pg_temp
as $$
-- People who are known in part, one event after the other, in the order of the call. A line that is already there teaches
-- nothing. False: one of them is not so simple, see ingest_in_order.
declare
  line record;
  account integer;
  owner bigint;
begin
  for line in
    select l.channel, l.account, l.identity_kinds as kinds, l.identity_values as addresses, l.name, l.group_id, l.provider_id
    from unnest(lines) as l
    where not l.complete
    order by l.number
  loop
    account := ensure_account(line.channel, line.account);
    continue when exists (select 1 from messages where account_id = account and provider_id = line.provider_id);
    owner := null;
    if cardinality(line.kinds) > 0 then
      if is_tangled(line.channel, line.kinds, line.addresses) then
        return false;
      end if;
      owner := ensure_user(line.channel, line.kinds, line.addresses, line.name);
    end if;
    if line.group_id is null then
      perform ensure_conversation(account, owner, null, line.kinds[1], line.addresses[1]);
    else
      perform ensure_conversation(account, null, line.group_id, 'group', line.group_id);
    end if;
  end loop;
  return true;
end
$$;
