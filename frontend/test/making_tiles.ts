/** Small vector tiles for the tests, written by hand after the specification (version 2.1). */

import { PbfWriter } from "pbf";

export interface MadeFeature {
  id?: number;
  /** 1 point, 2 line, 3 area. */
  type: 1 | 2 | 3;
  lines: [number, number][][];
  props?: Record<string, number>;
}

function geometry({ type, lines }: MadeFeature): number[] {
  const zigzag = (value: number): number => (value << 1) ^ (value >> 31);
  const out: number[] = [];
  let [x, y] = [0, 0];
  for (const line of lines) {
    line.forEach(([px, py], i) => {
      if (i === 0) out.push((1 << 3) | 1);
      if (i === 1) out.push(((line.length - 1) << 3) | 2);
      out.push(zigzag(px - x), zigzag(py - y));
      [x, y] = [px, py];
    });
    if (type === 3) out.push((1 << 3) | 7);
  }
  return out;
}

function layer(pbf: PbfWriter, name: string, features: MadeFeature[]): void {
  const keys = [...new Set(features.flatMap(({ props }) => Object.keys(props ?? {})))];
  const values = [...new Set(features.flatMap(({ props }) => Object.values(props ?? {})))];
  pbf.writeVarintField(15, 2);
  pbf.writeStringField(1, name);
  pbf.writeVarintField(5, 4096);
  for (const feature of features)
    pbf.writeMessage(2, (made: MadeFeature, out: PbfWriter) => {
      if (made.id !== undefined) out.writeVarintField(1, made.id);
      const tags = Object.entries(made.props ?? {}).flatMap(([key, value]) => [keys.indexOf(key), values.indexOf(value)]);
      out.writePackedVarint(2, tags);
      out.writeVarintField(3, made.type);
      out.writePackedVarint(4, geometry(made));
    }, feature);
  for (const key of keys) pbf.writeStringField(3, key);
  for (const value of values) pbf.writeMessage(4, (number: number, out: PbfWriter) => out.writeVarintField(5, number), value);
}

/** A tile with these layers. */
export function madeTile(layers: Record<string, MadeFeature[]>): ArrayBuffer {
  const pbf = new PbfWriter();
  for (const [name, features] of Object.entries(layers))
    pbf.writeMessage(3, (made: MadeFeature[], out: PbfWriter) => layer(out, name, made), features);
  return pbf.finish().slice().buffer as ArrayBuffer;
}
