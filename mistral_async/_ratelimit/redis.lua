-- Books calls on shared limits in one atomic step on the server: the arithmetic of mistral_async/_ratelimit/token_bucket.py
-- and of `book` and `exchange` in store.py, whose rules hold here too. It differs in one thing: what is given back to a
-- bucket without a log is added to its level.
-- KEYS: the limits, and what was learned; ARGV[1]: msgpack of {horizon, demands, corrections, report}, the last one only
-- for `exchange`; returns {booked, delay, mark}, and then {..., epoch, state, drawn, lost, now}.
-- A limit is stored as a map with the fields of TokenBucket, what was learned as one with those of Learned. The names are
-- a format that other versions may share.

local EPSILON, GUARD, MAX_GUARD, SLOTS = 1e-9, 0.02, 0.5, 256
local BULK_HORIZON, LONGEST_PAUSE, INTERACTIVE_SECONDS, LEARNED_SECONDS = 0.1, 5, 60, 600
local LEARNING_HORIZON, HEADROOM, BURST_HEADROOM = 0.5, 0.05, 0.25
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local horizon, demands, corrections, report = unpack(cmsgpack.unpack(ARGV[1]))

local function load(key)
  local bytes = redis.call('GET', key)
  return bytes and cmsgpack.unpack(bytes)
end

local function save(key, m)
  redis.call('SET', key, cmsgpack.pack(m), 'PX', math.ceil((2 * m.window + horizon + 1) * 1000))
end

local function forget(m, at)
  local span = m.window + math.min(GUARD * m.window, MAX_GUARD)
  local last = (at - span) / (m.window / SLOTS) - 1 + EPSILON
  local kept, used = {}, 0
  for _, entry in ipairs(m.log) do
    if entry[1] > last then
      kept[#kept + 1] = entry
      used = used + entry[2]
    end
  end
  m.log, m.used = kept, used
end

local function ready(m, cost, spare)
  cost = cost + spare
  local start = math.max(now, m.stamp)
  local level = math.min(m.burst, m.level + (start - m.stamp) * m.rate)
  local need = math.min(cost, m.burst)
  local at = start
  if level < need - EPSILON * m.burst then
    at = at + (need - level) / m.rate
  end
  if not m.exact then return at end
  forget(m, start)
  local grain = m.window / SLOTS
  local span = m.window + math.min(GUARD * m.window, MAX_GUARD)
  local excess = m.used + cost - m.limit
  for _, entry in ipairs(m.log) do
    local leaves = (entry[1] + 1) * grain + span
    if leaves > at and excess <= EPSILON * m.limit then break end
    at = math.max(at, leaves)
    excess = excess - entry[2]
  end
  return at
end

local function spend(m, at, cost)
  at = math.max(at, m.stamp)
  m.level = math.min(m.burst, m.level + (at - m.stamp) * m.rate) - cost
  m.stamp = at
  if not m.exact then return end
  forget(m, at)
  local slot = math.floor(at / (m.window / SLOTS))
  local last = m.log[#m.log]
  if last and last[1] >= slot then
    last[2] = last[2] + cost
  else
    m.log[#m.log + 1] = {slot, cost}
  end
end

local function correct(m, mark, change)
  m.level = math.min(m.burst, m.level - change)
  if not m.exact then return end
  local slot = math.floor(mark / (m.window / SLOTS))
  for _, entry in ipairs(m.log) do
    if entry[1] == slot then entry[2] = math.max(0, entry[2] + change) end
  end
end

for _, correction in ipairs(corrections) do
  local key = KEYS[correction[1]]
  local m = load(key)
  if m then
    correct(m, correction[2], correction[3])
    save(key, m)
  end
end

local learned, bulk
local ahead = horizon -- seconds that this call may be booked ahead

local function reply(booked, delay, mark)
  local answer = {booked, string.format('%.17g', delay), string.format('%.17g', mark)}
  if learned then
    learned.drawn = learned.drawn + booked
    redis.call('SET', KEYS[report[1]], cmsgpack.pack(learned), 'PX', LEARNED_SECONDS * 1000)
    for _, number in ipairs({learned.drawn, learned.lost, now}) do
      answer[#answer + 1] = string.format('%.17g', number)
    end
    table.insert(answer, 4, learned.state)
    table.insert(answer, 4, string.format('%.17g', learned.epoch))
  end
  return answer
end

if report then
  local index, epoch, state, lost
  index, epoch, state, lost, bulk = unpack(report)
  learned = load(KEYS[index])
  if not learned or now < learned.stamp - 1 or now > learned.stamp + LEARNED_SECONDS then -- the clock was set
    learned = {epoch = math.floor(now * 1000), state = '', drawn = 0, lost = 0}
  end
  learned.stamp = now
  learned.lost = learned.lost + lost
  if epoch ~= learned.epoch then return reply(0, 0, 0) end
  ahead = LEARNING_HORIZON
  if state ~= '' then
    learned.epoch, learned.state = epoch + 1, state
  end
end

local meters, times, at = {}, {}, now
for i, demand in ipairs(demands) do
  local index, cost, limit, window, rate, burst, exact = unpack(demand)
  local m = load(KEYS[index])
  if not m or m.exact ~= exact or m.stamp > now + horizon + 1 then
    m = {level = burst, stamp = 0, log = {}, used = 0}
  end
  m.limit, m.window, m.rate, m.burst, m.exact = limit, window, rate, burst, exact
  meters[i] = m
  local spare = 0
  if bulk and now - (m.interactive_at or -math.huge) < INTERACTIVE_SECONDS then
    ahead = BULK_HORIZON
    spare = math.min(HEADROOM * limit, BURST_HEADROOM * burst)
  elseif bulk == false then
    m.interactive_at = now
  end
  times[i] = ready(m, cost, spare)
  at = math.max(at, times[i])
end

if at - now > ahead then
  local pause
  for i, demand in ipairs(demands) do
    local m = meters[i]
    if times[i] == at and not pause then
      local turn = math.max(at - ahead, m.next_turn or 0)
      m.next_turn = math.min(turn + demand[2] / m.rate, now + LONGEST_PAUSE)
      pause = math.max(0.005, turn - now)
    end
    save(KEYS[demand[1]], m)
  end
  return reply(0, pause, 0)
end
for i, demand in ipairs(demands) do
  spend(meters[i], at, demand[2])
  save(KEYS[demand[1]], meters[i])
end
return reply(1, at - now, at)
