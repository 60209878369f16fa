using System.Globalization;
using System.Runtime.InteropServices;

namespace Attendance.Web.Faces.Recognition.Onnx;

/// <summary>
/// Writes a neural network in the Open Neural Network Exchange format (https://onnx.ai), which OpenCV reads. Nodes are written in the
/// order in which they compute. The fields of the messages are those of <c>onnx.proto</c>.
/// </summary>
internal sealed class OnnxGraph(string name)
{
    private const int IrVersion = 8, OperatorSet = 13;
    private const int FloatType = 1, LongType = 7;      // TensorProto.DataType
    private const int IntegersAttribute = 7;            // AttributeProto.AttributeType

    private readonly ProtobufWriter _graph = new ProtobufWriter().Text(2, name);
    private int _values;

    /// <summary>Declares the input, whose first dimension is the number of pictures.</summary>
    /// <returns>The name of the value, for the nodes that use it.</returns>
    public string Input(string value, params ReadOnlySpan<long> dimensions)
    {
        _graph.Message(11, Declaration(value, dimensions));
        return value;
    }

    public string Weights(ReadOnlySpan<long> dimensions, ReadOnlySpan<float> values) => Constant(FloatType, dimensions, MemoryMarshal.AsBytes(values));

    public string Integers(params ReadOnlySpan<long> values) => Constant(LongType, [values.Length], MemoryMarshal.AsBytes(values));

    /// <returns>The name of the node's output.</returns>
    public string Node(string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, long[] Values)> attributes)
    {
        var output = NextName();
        var node = new ProtobufWriter();
        foreach (var input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output).Text(3, output).Text(4, operation);
        foreach (var (attribute, values) in attributes)
        {
            var written = new ProtobufWriter().Text(1, attribute);
            foreach (var value in values)
            {
                written.Integer(8, value);
            }

            node.Message(5, written.Integer(20, IntegersAttribute));
        }

        _graph.Message(1, node);
        return output;
    }

    /// <summary>Returns the model. The graph cannot be used after this.</summary>
    public ReadOnlySpan<byte> Finish(string output, params ReadOnlySpan<long> dimensions)
    {
        _graph.Message(12, Declaration(output, dimensions));
        return new ProtobufWriter()
            .Integer(1, IrVersion)
            .Message(7, _graph)
            .Message(8, new ProtobufWriter().Text(1, "").Integer(2, OperatorSet))
            .Written;
    }

    private static ProtobufWriter Declaration(string value, ReadOnlySpan<long> dimensions)
    {
        var shape = new ProtobufWriter().Message(1, new ProtobufWriter().Text(2, "pictures"));
        foreach (var dimension in dimensions)
        {
            shape.Message(1, new ProtobufWriter().Integer(1, dimension));
        }

        var tensor = new ProtobufWriter().Integer(1, FloatType).Message(2, shape);
        return new ProtobufWriter().Text(1, value).Message(2, new ProtobufWriter().Message(1, tensor));
    }

    private string Constant(int type, ReadOnlySpan<long> dimensions, ReadOnlySpan<byte> littleEndian)
    {
        var value = NextName();
        var tensor = new ProtobufWriter();
        foreach (var dimension in dimensions)
        {
            tensor.Integer(1, dimension);
        }

        _graph.Message(5, tensor.Integer(2, type).Text(8, value).Bytes(9, littleEndian));
        return value;
    }

    private string NextName() => string.Create(CultureInfo.InvariantCulture, $"v{_values++}");
}
