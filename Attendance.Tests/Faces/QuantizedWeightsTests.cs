using System.Text;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.Faces.Recognition.Onnx;
using OpenCvSharp;
using OpenCvSharp.Dnn;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class QuantizedWeightsTests
{
    private const string Manifest =
        """
        [{"weights":[
          {"name":"a","shape":[2,2],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.5,"min":-1}},
          {"name":"whole","shape":[1],"dtype":"float32"},
          {"name":"b","shape":[1],"dtype":"float32","quantization":{"dtype":"uint8","scale":2,"min":0}}]}]
        """;

    [Fact]
    public void A_value_is_scaled_and_shifted_as_its_tensor_says()
    {
        var weights = Read(Manifest, [0, 1, 2, 255, .. BitConverter.GetBytes(1.25f), 21]);

        Assert.Equal(["a", "whole", "b"], weights.Names);
        Assert.Equal([1.25f], weights["whole"].Values);
        Assert.Equal([-1, -0.5f, 0, 126.5f], weights["a"].Values);
        Assert.Equal([2L, 2L], weights["a"].Dimensions);
        Assert.Equal([42], weights["b"].Values);
        Assert.Throws<InvalidDataException>(() => weights["c"]);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{}")]
    [InlineData("""[{"weights":[{"name":"a","shape":[1],"dtype":"float32"}]}]""")] // four bytes
    [InlineData("""[{"weights":[{"name":"a","shape":[1],"dtype":"int32","quantization":{"dtype":"uint8","scale":1,"min":0}}]}]""")]
    [InlineData("""[{"weights":[{"name":"a","shape":[-1],"dtype":"float32","quantization":{"dtype":"uint8","scale":1,"min":0}}]}]""")]
    [InlineData("""[{"weights":[{"name":"a","shape":[7],"dtype":"float32","quantization":{"dtype":"uint8","scale":1,"min":0}}]}]""")]
    [InlineData("""[{"weights":[{"name":"a","shape":[2147483647,2147483647,9],"dtype":"float32","quantization":{"dtype":"uint8","scale":1,"min":0}}]}]""")]
    [InlineData("""[{"weights":[]}]""")]
    public void A_manifest_that_does_not_describe_the_values_is_refused(string manifest) =>
        Assert.Throws<InvalidDataException>(() => Read(manifest, [1, 2, 3]));

    [Fact]
    public void Weights_of_another_network_are_refused() =>
        Assert.Contains("0 convolutions", Assert.Throws<InvalidDataException>(() => RecognitionNetwork.ToOnnx(Read(Manifest, new byte[9])).Length).Message, StringComparison.Ordinal);

    [Fact]
    public void A_network_that_was_written_computes_what_it_should()
    {
        var graph = new OnnxGraph("test");
        var image = graph.Input("image", 1, 2, 2);
        var twice = graph.Node("Conv", [image, graph.Weights([1, 1, 1, 1], [2f]), graph.Weights([1], [-3f])], ("strides", [1, 1]), ("pads", [0, 0, 0, 0]));
        var padded = graph.Node("Pad", [graph.Node("Relu", [twice]), graph.Integers(0, 0, 0, 0, 0, 0, 1, 0)]);
        var all = graph.Node("MatMul", [graph.Node("Flatten", [padded]), graph.Weights([6, 1], [1, 1, 1, 1, 1, 1])]);
        using var net = CvDnn.ReadNetFromOnnx(graph.Finish(all, 1))!;
        using var input = Mat.FromPixelData([1, 1, 2, 2], MatType.CV_32F, new float[] { 1, 2, 3, 4 });
        net.SetInput(input);

        using var output = net.Forward();

        Assert.Equal(0 + 1 + 3 + 5, output.At<float>(0, 0), 0.001f);
    }

    [Fact]
    public void The_whole_network_is_read_by_OpenCV()
    {
        var files = ModelFiles.Installed;
        var onnx = RecognitionNetwork.ToOnnx(QuantizedWeights.Read(File.ReadAllBytes(files.RecognitionManifest), File.ReadAllBytes(files.RecognitionWeights)));
        using var net = CvDnn.ReadNetFromOnnx(onnx)!;
        using var input = new Mat([1, 3, 150, 150], MatType.CV_32F, Scalar.All(0));
        net.SetInput(input);

        using var output = net.Forward();

        Assert.Equal(RecognitionNetwork.Numbers, (int)output.Total());
    }

    private static QuantizedWeights Read(string manifest, byte[] values) => QuantizedWeights.Read(Encoding.UTF8.GetBytes(manifest), values);
}
