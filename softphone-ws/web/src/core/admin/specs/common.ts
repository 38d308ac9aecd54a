/** Fields that several resources have. */
import { ADMINISTRATORS, SUPERVISORS } from '../../roles';
import type { Draft, Field } from '../spec';

/** Read by supervisors, changed by administrators: most of the configuration. */
export const SHARED = { read: SUPERVISORS, write: ADMINISTRATORS } as const;
export const PRIVATE = { read: ADMINISTRATORS, write: ADMINISTRATORS } as const;

export const name: Field = { kind: 'text', name: 'name', label: 'name', required: true };
export const active: Field = { kind: 'switch', name: 'active', label: 'active', initial: true };
export const sort: Field = { kind: 'number', name: 'sort', label: 'sort', hint: 'sort', initial: 0 };

export const skills = (hint: 'skillsOfUser' | 'skillsOfQueue'): Field => ({
  kind: 'list',
  name: 'skills',
  label: 'skills',
  hint,
  wide: true,
  max: 100,
  fresh: { proficiency: 5 },
  fields: [
    { kind: 'ref', to: 'skills', name: 'skill', label: 'skill', required: true },
    {
      kind: 'number',
      name: 'proficiency',
      label: 'proficiency',
      hint: 'proficiency',
      min: 1,
      max: 10,
      required: true,
    },
  ],
});

const listened = (around: Draft) => around.on !== false;

/** How it is told whether a person or a machine answered. */
export const detect: Field = {
  kind: 'group',
  name: 'detect',
  label: 'detect',
  hint: 'detect',
  optional: true,
  wide: true,
  fields: [
    { kind: 'switch', name: 'on', label: 'detectOn', initial: true, wide: true },
    {
      kind: 'duration',
      unit: 'ms',
      name: 'initial_silence_ms',
      label: 'initialSilence',
      initial: 2500,
      when: listened,
    },
    {
      kind: 'duration',
      unit: 'ms',
      name: 'greeting_ms',
      label: 'greetingLength',
      initial: 1500,
      when: listened,
    },
    {
      kind: 'duration',
      unit: 'ms',
      name: 'after_greeting_silence_ms',
      label: 'afterGreetingSilence',
      initial: 800,
      when: listened,
    },
    { kind: 'duration', unit: 'ms', name: 'total_ms', label: 'totalAnalysis', initial: 5000, when: listened },
    { kind: 'duration', unit: 'ms', name: 'word_ms_min', label: 'wordMin', initial: 100, when: listened },
    { kind: 'duration', unit: 'ms', name: 'word_ms_max', label: 'wordMax', initial: 5000, when: listened },
    {
      kind: 'duration',
      unit: 'ms',
      name: 'between_words_silence_ms',
      label: 'betweenWords',
      initial: 50,
      when: listened,
    },
    {
      kind: 'number',
      name: 'words',
      label: 'wordsMax',
      hint: 'wordsMax',
      initial: 3,
      min: 1,
      when: listened,
    },
    {
      kind: 'number',
      name: 'silence_level',
      label: 'silenceLevel',
      hint: 'silenceLevel',
      initial: 256,
      min: 0,
      max: 32767,
      when: listened,
    },
  ],
};
