/** A pool of PostgreSQL, or an instance of PGlite. */
export interface Queries {
  query(text: string): Promise<{ rows: unknown[] }>
}

/** Each names rows that must not exist, whatever happened before. */
const contradictions: Readonly<Record<string, string>> = {
  'conversations that are due without a wake, or with a later one': `
    select c.id from switchboard.conversations c
    left join switchboard.wakes w on w.conversation_id = c.id
    where c.due_at is not null and (w.due_at is null or w.due_at > c.due_at)`,
  'wakes of conversations that are not due': `
    select w.conversation_id from switchboard.wakes w
    left join switchboard.conversations c on c.id = w.conversation_id
    where c.due_at is null`,
  'conversations whose last position or count is not that of their messages': `
    select c.id from switchboard.conversations c
    left join (
      select conversation_id, count(*), max(position) from switchboard.messages group by conversation_id
    ) as m on m.conversation_id = c.id
    where c.message_count <> coalesce(m.count, 0) or c.last_position <> coalesce(m.max, 0)`,
  'conversations whose unread messages are counted wrongly while the bot may speak': `
    select c.id from switchboard.conversations c
    left join lateral (
      select count(*), min(m.received_at) from switchboard.messages m
      where m.conversation_id = c.id and m.answerable and m.position > c.read_to
    ) as u on true
    where c.handoff = 'bot' and (c.unread_count <> u.count or c.unread_since is distinct from u.min)`,
  'conversations that the bot works on while a person is in charge, and the other way round': `
    select id from switchboard.conversations
    where handoff <> 'bot' and (due_at is not null or lease_until is not null)
      or handoff <> 'human' and idle_at is not null`,
  'conversations with nobody, or with a person and a group': `
    select id from switchboard.conversations
    where (kind = 'direct') <> (user_id is not null) or (kind = 'group') <> (group_id is not null)`,
  'messages of customers with a status, others without one, and others that ask to be answered': `
    select conversation_id, position from switchboard.messages
    where (author = 'customer') <> (status is null) or author <> 'customer' and answerable`,
  'unread messages that nothing will wake the bot for': `
    select id from switchboard.conversations where handoff = 'bot' and unread_count > 0 and due_at is null`,
  'messages that are pending or sending without such a delivery': `
    select m.conversation_id, m.position from switchboard.messages m
    where m.outbound_id is not null and (
      select count(*) from switchboard.deliveries d
      where d.conversation_id = m.conversation_id and d.position = m.position and d.state in ('pending', 'sending')
    ) <> case when m.status in ('pending', 'sending') then 1 else 0 end`,
  'deliveries that are open in another way than their messages': `
    select d.conversation_id, d.position from switchboard.deliveries d
    join switchboard.messages m using (conversation_id, position)
    where d.state in ('pending', 'sending') and d.state <> m.status
      or d.state = 'unknown' and d.due_at is not null and m.status <> 'unknown'`,
  'parked messages without a parked delivery, or in a conversation that does not know': `
    select m.conversation_id, m.position from switchboard.messages m
    join switchboard.conversations c on c.id = m.conversation_id
    where m.status = 'parked' and (not c.parked or not exists (
      select 1 from switchboard.deliveries d
      where d.conversation_id = m.conversation_id and d.position = m.position and d.state = 'parked'
    ))`,
  'outbound messages of ours without any delivery': `
    select m.conversation_id, m.position from switchboard.messages m
    where m.outbound_id is not null and not exists (
      select 1 from switchboard.deliveries d where d.conversation_id = m.conversation_id and d.position = m.position
    )`,
  'replies whose turn is missing, and turns that were answered without a reply': `
    select m.turn_id from switchboard.messages m left join switchboard.turns t on t.id = m.turn_id
    where m.author = 'bot' and t.id is null
    union all
    select t.id from switchboard.turns t
    where (t.outcome = 'answered') <> exists (select 1 from switchboard.messages m where m.turn_id = t.id)`,
  'merged conversations that are still there, or lead nowhere': `
    select m.merged_id from switchboard.merged_conversations m
    where exists (select 1 from switchboard.conversations c where c.id = m.merged_id)
      or not exists (select 1 from switchboard.conversations c where c.id = m.conversation_id)`,
  'what is left behind in conversations that are gone': `
    select d.conversation_id from switchboard.deliveries d left join switchboard.messages m using (conversation_id, position)
    where m.position is null
    union all
    select m.conversation_id from switchboard.messages m
    where not exists (select 1 from switchboard.conversations c where c.id = m.conversation_id)
    union all
    select t.conversation_id from switchboard.turns t
    where t.outcome <> 'silent' and not exists (select 1 from switchboard.conversations c where c.id = t.conversation_id)`,
  'merged users who are still there, and addresses that were left and are still theirs': `
    select m.merged_user_id from switchboard.merges m join switchboard.users u on u.id = m.merged_user_id
    union all
    select f.user_id from switchboard.former_identities f join switchboard.identities i using (user_id, kind, channel, value)`,
  'identities of nobody, and people without any': `
    select user_id from switchboard.identities where user_id not in (select id from switchboard.users)
    union all
    select id from switchboard.users where id not in (select user_id from switchboard.identities)`,
}

/** What the tables contradict each other in. Empty when all is well. */
export async function findContradictions(database: Queries): Promise<readonly string[]> {
  const found: string[] = []
  for (const [name, sql] of Object.entries(contradictions)) {
    const { rows } = await database.query(sql)
    if (rows.length > 0) found.push(`${name}: ${JSON.stringify(rows.slice(0, 5))}`)
  }
  return found
}

/** Empties every table but the list of migrations. */
export async function emptyTables(database: Queries): Promise<void> {
  const { rows } = await database.query(`
    select format('switchboard.%I', tablename) as name
    from pg_tables where schemaname = 'switchboard' and tablename <> 'migrations'`)
  const names = (rows as { name: string }[]).map(({ name }) => name)
  await database.query(`truncate ${names.join(', ')}`)
}
