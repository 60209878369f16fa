using System.Buffers.Binary;
using System.Text.Json;

namespace Attendance.Web.Faces.Recognition;

/// <summary>A tensor of a model, in the order of its dimensions, the last one fastest.</summary>
internal sealed record Weights(long[] Dimensions, float[] Values);

/// <summary>
/// Reads the weights of a model of TensorFlow.js: a manifest that names the tensors, and a file with their values one after the other.
/// A value of 8 bits stands for <c>value · scale + min</c>, where scale and min are of the whole tensor. Some tensors have 32 bits a value.
/// </summary>
internal sealed class QuantizedWeights
{
    private readonly Dictionary<string, Weights> _tensors = [];
    private readonly List<string> _names = [];

    private QuantizedWeights()
    {
    }

    /// <summary>The names of the tensors, in the order of the file.</summary>
    public IReadOnlyList<string> Names => _names;

    public Weights this[string name] => _tensors.GetValueOrDefault(name) ?? throw new InvalidDataException($"The model has no tensor '{name}'.");

    /// <exception cref="InvalidDataException">The manifest does not describe the values.</exception>
    public static QuantizedWeights Read(ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> values)
    {
        var weights = new QuantizedWeights();
        foreach (var tensor in Described(manifest))
        {
            weights.Add(tensor, ref values);
        }

        return values.IsEmpty ? weights : throw new InvalidDataException($"{values.Length} bytes of the model belong to no tensor.");
    }

    private static IReadOnlyList<Tensor> Described(ReadOnlySpan<byte> manifest)
    {
        try
        {
            var groups = JsonSerializer.Deserialize<List<Group>>(manifest, JsonSerializerOptions.Web) ?? [];
            return [.. groups.SelectMany(group => group.Weights ?? [])];
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("The model's manifest cannot be read.", exception);
        }
    }

    private void Add(Tensor tensor, ref ReadOnlySpan<byte> values)
    {
        if (tensor is not { Dtype: "float32", Shape: { } shape, Quantization: null or { Dtype: "uint8" } })
        {
            throw new InvalidDataException($"Tensor '{tensor.Name}' is neither of 8 bits nor of 32.");
        }

        var size = tensor.Quantization is null ? sizeof(float) : 1;
        var length = 1L;
        foreach (var side in shape)
        {
            if (side is < 1 or > int.MaxValue || (length *= side) > values.Length / size)
            {
                throw new InvalidDataException($"The model ends before tensor '{tensor.Name}' does.");
            }
        }

        if (!_tensors.TryAdd(tensor.Name, new(shape, new float[length])))
        {
            throw new InvalidDataException($"Tensor '{tensor.Name}' is there twice.");
        }

        var floats = _tensors[tensor.Name].Values;
        for (var i = 0; i < floats.Length; i++)
        {
            floats[i] = tensor.Quantization is { } quantization
                ? (values[i] * quantization.Scale) + quantization.Min
                : BinaryPrimitives.ReadSingleLittleEndian(values[(i * size)..]);
        }

        _names.Add(tensor.Name);
        values = values[(floats.Length * size)..];
    }

    private sealed record Group(List<Tensor>? Weights);

    private sealed record Tensor(string Name, string Dtype, long[]? Shape, Quantization? Quantization);

    private sealed record Quantization(string Dtype, float Scale, float Min);
}
