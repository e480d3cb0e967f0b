// Writes ONNX files: the few messages of onnx.proto that a graph with weights needs, and a builder that names values as it goes.

import protobuf from "protobufjs";

/** @typedef {{ dims: number[], data: Float32Array | BigInt64Array }} Constant */
/** @typedef {{ name: string, type: "float32" | "int64", dims: (number | string)[] }} Port   a string is the name of an unknown length */

// Field numbers are those of onnx.proto; what is left out here is optional there.
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Model { int64 ir_version = 1; repeated Opset opset_import = 8; string producer_name = 2; Graph graph = 7; }
  message Opset { string domain = 1; int64 version = 2; }
  message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11; repeated ValueInfo output = 12; }
  message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; }
  message Attribute { string name = 1; int64 i = 3; repeated int64 ints = 8 [packed = false]; int32 type = 20; }
  message Tensor { repeated int64 dims = 1 [packed = false]; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Type { TensorType tensor_type = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Shape { repeated Dimension dim = 1; }
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
`,
  { keepCase: true },
);

const ELEMENT = { float32: 1, int64: 7 };
const ATTRIBUTE = { int: 2, ints: 7 };

/** A graph under construction. Every operation returns the name of its output. */
export class OnnxGraph {
  /** @type {object[]} */
  #nodes = [];
  /** @type {Map<string, Constant>} */
  #constants = new Map();
  /** @type {Port[]} */
  #inputs = [];
  /** @type {Port[]} */
  #outputs = [];

  /** @param {Port} port */
  input(port) {
    this.#inputs.push(port);
    return port.name;
  }

  /**
   * Gives a value the name of an output.
   * @param {string} value
   * @param {Port} port
   */
  output(value, port) {
    this.#nodes.push({ op_type: "Identity", name: `${port.name}/output`, input: [value], output: [port.name] });
    this.#outputs.push(port);
  }

  /**
   * @param {string} name
   * @param {number[]} dims
   * @param {Float32Array | number[]} data   numbers become float32
   */
  floats(name, dims, data) {
    this.#constants.set(name, { dims, data: data instanceof Float32Array ? data : new Float32Array(data) });
    return name;
  }

  /** @param {number[]} values */
  ints(...values) {
    const name = `ints_${values.join("_")}`;
    this.#constants.set(name, { dims: [values.length], data: BigInt64Array.from(values, BigInt) });
    return name;
  }

  /** @param {number} value */
  int(value) {
    const name = `int_${value}`;
    this.#constants.set(name, { dims: [], data: BigInt64Array.of(BigInt(value)) });
    return name;
  }

  /** @param {number} value */
  float(value) {
    return this.floats(`float_${value}`, [], [value]);
  }

  /**
   * @param {string} type   an operator of ONNX's default domain
   * @param {string[]} inputs
   * @param {Record<string, number | number[]>} [attributes]
   */
  op(type, inputs, attributes = {}) {
    const name = `${type}_${this.#nodes.length}`;
    const attribute = Object.entries(attributes).map(([key, value]) =>
      Array.isArray(value) ? { name: key, ints: value, type: ATTRIBUTE.ints } : { name: key, i: value, type: ATTRIBUTE.int },
    );
    this.#nodes.push({ op_type: type, name, input: inputs, output: [name], attribute });
    return name;
  }

  /** The file's bytes. */
  encode() {
    const Model = root.lookupType("Model");
    const initializer = [...this.#constants].map(([name, { dims, data }]) => ({
      name,
      dims,
      data_type: data instanceof Float32Array ? ELEMENT.float32 : ELEMENT.int64,
      raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    }));
    const model = {
      ir_version: 8,
      producer_name: "diorama",
      opset_import: [{ domain: "", version: 17 }],
      graph: {
        name: "graph",
        node: this.#nodes,
        initializer,
        input: this.#inputs.map(valueInfo),
        output: this.#outputs.map(valueInfo),
      },
    };
    return Model.encode(Model.fromObject(model)).finish();
  }
}

/** @param {Port} port */
function valueInfo({ name, type, dims }) {
  const dim = dims.map((length) => (typeof length === "string" ? { dim_param: length } : { dim_value: length }));
  return { name, type: { tensor_type: { elem_type: ELEMENT[type], shape: { dim } } } };
}
