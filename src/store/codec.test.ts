import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { keyOf, recordSchema } from '../api/record.ts'
import type { ObjectRecord } from '../api/record.ts'
import { recordKey, recordOf } from '../../test/contracts/store-ground.ts'
import { decodeRecord, encodeRecord, maxRecordBytes } from './codec.ts'

/** One record of every schema that was ever released, with everything in it; never changed, only added to. */
const corpus = new URL('../../test/fixtures/records/', import.meta.url)

describe('F43 a record as text', () => {
  it.each(readdirSync(corpus))('%s of the corpus is read and written back unchanged', (file) => {
    const text = readFileSync(new URL(file, corpus), 'utf8')
    const record = JSON.parse(text) as ObjectRecord
    const read = decodeRecord(keyOf(record), text)
    expect(read).toEqual({ ok: true, record })
    expect(JSON.parse(encodeRecord(record))).toEqual(record)
  })

  it('has a corpus of every schema', () => {
    const wanted = Array.from({ length: recordSchema }, (_, i) => `schema-${i + 1}.json`)
    expect(readdirSync(corpus).sort()).toEqual(wanted)
  })

  it.each([
    { name: 'nothing', text: '' },
    { name: 'null', text: 'null' },
    { name: 'a list', text: '[]' },
    { name: 'a schema of the future', text: JSON.stringify(recordOf({ schema: recordSchema + 1 })) },
    { name: 'no schema', text: '{}' },
    { name: 'a due time that is none', text: JSON.stringify({ ...recordOf(), dueAt: null }) },
    { name: 'a lease that is none', text: JSON.stringify({ ...recordOf(), lease: 'x' }) },
    { name: 'conditions that are none', text: JSON.stringify({ ...recordOf(), status: { conditions: {} } }) },
    { name: 'another name', text: JSON.stringify(recordOf({ name: 'api' })) },
    { name: 'half a record', text: JSON.stringify(recordOf()).slice(0, -5) },
  ])('refuses $name', ({ text }) => {
    const read = decodeRecord(recordKey, text)
    expect(read).toMatchObject({ ok: false, error: { class: 'stalled', reason: 'UnreadableRecord' } })
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses to write one that is due at %d', (dueAt) => {
    expect(() => encodeRecord(recordOf({ dueAt }))).toThrow('cannot be due')
  })

  it('is measured in bytes', () => {
    const over = maxRecordBytes - encodeRecord(recordOf({ spec: { text: '' } })).length
    expect(encodeRecord(recordOf({ spec: { text: 'x'.repeat(over) } }))).toHaveLength(maxRecordBytes)
    expect(() => encodeRecord(recordOf({ spec: { text: `${'x'.repeat(over - 1)}ü` } }))).toThrow(
      `has ${maxRecordBytes + 1} bytes`,
    )
  })
})
