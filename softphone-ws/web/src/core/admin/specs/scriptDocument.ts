/** A script's document: its steps with what is said and asked, and where each leads. */
import type { Draft, Field } from '../spec';

const ofNumber = (around: Draft) => around.kind === 'number';
const ofChoice = (around: Draft) => around.kind === 'choice';
const goesOn = (around: Draft) => around.end !== true;

const inputs: Field = {
  kind: 'list',
  name: 'inputs',
  label: 'inputs',
  hint: 'inputs',
  wide: true,
  max: 20,
  fresh: { kind: 'text' },
  fields: [
    { kind: 'text', name: 'name', label: 'inputName', hint: 'inputName', required: true },
    { kind: 'choice', of: 'input', name: 'kind', label: 'inputKind', required: true },
    { kind: 'switch', name: 'required', label: 'required' },
    { kind: 'texts', name: 'label', label: 'labels', required: true, wide: true },
    { kind: 'number', name: 'min', label: 'min', decimals: 3, when: ofNumber },
    { kind: 'number', name: 'max', label: 'max', decimals: 3, when: ofNumber },
    {
      kind: 'list',
      name: 'choices',
      label: 'choicesOf',
      wide: true,
      max: 50,
      fresh: {},
      when: ofChoice,
      fields: [
        { kind: 'text', name: 'value', label: 'value', required: true },
        { kind: 'texts', name: 'label', label: 'labels', required: true },
      ],
    },
    {
      kind: 'group',
      name: 'write',
      label: 'write',
      hint: 'write',
      optional: true,
      wide: true,
      fields: [
        { kind: 'choice', of: 'writeTo', name: 'to', label: 'writeTo', required: true, initial: 'customer' },
        { kind: 'text', name: 'field', label: 'writeField', hint: 'writeField', required: true },
      ],
    },
  ],
};

export const SCRIPT_DOCUMENT: readonly Field[] = [
  { kind: 'language', name: 'language', label: 'scriptLanguage', hint: 'scriptLanguage', initial: 'en' },
  { kind: 'text', name: 'start', label: 'start', hint: 'start', required: true },
  {
    kind: 'list',
    name: 'steps',
    label: 'steps',
    hint: 'steps',
    required: true,
    wide: true,
    max: 200,
    fresh: {},
    fields: [
      { kind: 'text', name: 'id', label: 'stepId', hint: 'stepId', required: true },
      { kind: 'switch', name: 'end', label: 'end', hint: 'end' },
      { kind: 'text', name: 'next', label: 'next', hint: 'next', when: goesOn },
      { kind: 'texts', name: 'title', label: 'title', wide: true },
      {
        kind: 'texts',
        name: 'text',
        label: 'stepText',
        hint: 'stepText',
        long: true,
        required: true,
        wide: true,
      },
      inputs,
      {
        kind: 'list',
        name: 'branches',
        label: 'branches',
        hint: 'branches',
        wide: true,
        max: 20,
        fresh: { when: { all: [{ field: 'answers.', op: 'eq', value: '' }] } },
        when: goesOn,
        fields: [
          { kind: 'condition', name: 'when', label: 'branchWhen', required: true, wide: true },
          { kind: 'text', name: 'next', label: 'branchNext', hint: 'stepOf', required: true },
        ],
      },
    ],
  },
  {
    kind: 'group',
    name: 'ticket',
    label: 'scriptTicket',
    hint: 'scriptTicket',
    optional: true,
    wide: true,
    fields: [
      { kind: 'ref', to: 'ticket-types', name: 'type_id', label: 'ticketType', required: true },
      { kind: 'texts', name: 'title', label: 'title', required: true, wide: true },
    ],
  },
];

/** What a new script begins with. */
export const NEW_SCRIPT: Draft = {
  language: 'en',
  start: 'greeting',
  steps: [{ id: 'greeting', end: true, text: { en: 'Good day {card.name}, what can I do for you?' } }],
};
