-- In groups many messages are not for the bot. Whether one quotes a message of ours only the database knows.

create or replace function switchboard.resolve_lines(given json) returns setof switchboard.chat_line
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
      cardinality(f.identity_kinds) < 2 or f.second_id is not null and (
        cardinality(f.identity_kinds) = 2
        or switchboard.find_users(f.channel, f.identity_kinds, f.identity_values) = cardinality(f.identity_kinds)
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
comment on function switchboard.resolve_lines is 'Without what is already stored. An address never moves to another user, so once all are known the first one names the user.';
comment on type switchboard.given_line is
  'What callers say of a line. Apart from chat_line, since every column is looked for in the JSON of every line. says: null means if it quotes a message of ours.';

select switchboard.close_to_strangers();
