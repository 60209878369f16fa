using Attendance.Web.Faces.Recognition.Onnx;

namespace Attendance.Web.Faces.Recognition;

/// <summary>
/// Builds the recognition network of dlib, a residual network of 29 convolutions, out of its weights as npm's <c>@vladmandic/face-api</c>
/// has them. A picture of 150 × 150 pixels becomes 128 numbers. The scaling that follows each convolution is folded into it.
/// </summary>
internal static class RecognitionNetwork
{
    public const int Side = 150;
    public const int Numbers = 128;

    private const string Filters = "/conv/filters";
    private const int Convolutions = 29;

    /// <exception cref="InvalidDataException">The weights are not those of this network.</exception>
    public static ReadOnlySpan<byte> ToOnnx(QuantizedWeights weights)
    {
        var layers = weights.Names.Where(name => name.EndsWith(Filters, StringComparison.Ordinal)).Select(name => name[..^Filters.Length]).ToList();
        if (layers.Count != Convolutions)
        {
            throw new InvalidDataException($"The model has {layers.Count} convolutions instead of {Convolutions}.");
        }

        var graph = new OnnxGraph("dlib_face_recognition_resnet_v1");
        var image = graph.Input("image", 3, Side, Side);
        var first = new Convolution(weights, layers[0], stride: 2);
        var features = new Features(
            graph.Node("MaxPool", [Activated(graph, first.AddTo(graph, image))], ("kernel_shape", [3, 3]), ("strides", [2, 2])), first.Channels, Side: 35);

        // Each block is two convolutions, around which its input is led and added.
        foreach (var block in layers.Skip(1).Chunk(2))
        {
            features = AddBlock(graph, features, weights, block[0], block[1]);
        }

        var all = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [features.Value])]);
        var last = weights["fc"];
        return graph.Finish(graph.Node("MatMul", [all, graph.Weights(last.Dimensions, last.Values)]), Numbers);
    }

    private static Features AddBlock(OnnxGraph graph, Features input, QuantizedWeights weights, string firstName, string secondName)
    {
        var shrinks = firstName.Contains("down", StringComparison.Ordinal);
        var first = new Convolution(weights, firstName, stride: shrinks ? 2 : 1);
        var second = new Convolution(weights, secondName, stride: 1);
        var output = second.AddTo(graph, Activated(graph, first.AddTo(graph, input.Value)));
        if (!shrinks)
        {
            return new(Sum(input.Value), second.Channels, input.Side);
        }

        // The way around the block is halved by a pool, and has fewer channels. Zeros fill what either way has less than the other.
        var (convolved, pooled) = (((input.Side - 3) / 2) + 1, input.Side / 2);
        var side = Math.Max(convolved, pooled);
        var around = graph.Node("AveragePool", [input.Value], ("kernel_shape", [2, 2]), ("strides", [2, 2]));
        around = Padded(graph, around, second.Channels - input.Channels, side - pooled);
        output = Padded(graph, output, channels: 0, side - convolved);
        return new(Sum(around), second.Channels, side);

        string Sum(string led) => Activated(graph, graph.Node("Add", [output, led]));
    }

    private static string Activated(OnnxGraph graph, string value) => graph.Node("Relu", [value]);

    private static string Padded(OnnxGraph graph, string value, long channels, long side) =>
        channels == 0 && side == 0 ? value : graph.Node("Pad", [value, graph.Integers(0, 0, 0, 0, 0, channels, side, side)]);

    private sealed record Features(string Value, long Channels, long Side);

    /// <summary>A convolution and the scaling after it: <c>(w·x + b)·s + o</c> is <c>(w·s)·x + (b·s + o)</c>.</summary>
    private sealed class Convolution
    {
        private readonly long[] _dimensions;
        private readonly float[] _filters;
        private readonly float[] _biases;
        private readonly long _stride;

        public Convolution(QuantizedWeights weights, string name, long stride)
        {
            if (weights[name + Filters] is not { Dimensions: [var height, var width, var inputs, var outputs], Values: var filters })
            {
                throw new InvalidDataException($"'{name}' has no filters of four dimensions.");
            }

            var (biases, scales, offsets) = (weights[$"{name}/conv/bias"].Values, weights[$"{name}/scale/weights"].Values, weights[$"{name}/scale/biases"].Values);
            if (biases.Length != outputs || scales.Length != outputs || offsets.Length != outputs)
            {
                throw new InvalidDataException($"'{name}' has not one bias and one scale for each of its {outputs} outputs.");
            }

            _stride = stride;
            _dimensions = [outputs, inputs, height, width];
            _biases = [.. biases.Select((bias, output) => (bias * scales[output]) + offsets[output])];
            _filters = Reordered(filters, height * width, inputs, outputs, scales);
        }

        public long Channels => _dimensions[0];

        public string AddTo(OnnxGraph graph, string input)
        {
            var pad = _stride == 1 ? 1 : 0;
            return graph.Node(
                "Conv", [input, graph.Weights(_dimensions, _filters), graph.Weights([Channels], _biases)], ("strides", [_stride, _stride]), ("pads", [pad, pad, pad, pad]));
        }

        /// <summary>TensorFlow has the outputs last, and ONNX has them first.</summary>
        private static float[] Reordered(float[] filters, long places, long inputs, long outputs, float[] scales)
        {
            var reordered = new float[filters.Length];
            for (var place = 0L; place < places; place++)
            {
                for (var input = 0L; input < inputs; input++)
                {
                    for (var output = 0L; output < outputs; output++)
                    {
                        reordered[(((output * inputs) + input) * places) + place] = filters[(((place * inputs) + input) * outputs) + output] * scales[output];
                    }
                }
            }

            return reordered;
        }
    }
}
