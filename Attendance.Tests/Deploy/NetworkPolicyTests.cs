using k8s;
using k8s.Models;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>
/// Judges connections by the network policies, as Kubernetes' documentation defines them. An address block lets nobody reach a pod here, because plugins differ in that.
/// </summary>
public sealed class NetworkPolicyTests
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    private readonly Dictionary<string, Place> _places;
    private readonly List<(string Namespace, V1NetworkPolicySpec Spec)> _policies = [];

    public NetworkPolicyTests()
    {
        _places = new()
        {
            ["proxy"] = new(new("ingress", new() { ["attendance/ingress"] = "true" }), [], []),
            ["stranger"] = new(new("others", []), [], []),
            ["dns"] = new(new("kube-system", []), [], []),
        };
        foreach (var folder in (string[])["base", "usb-cameras"])
        {
            var objects = Directory.EnumerateFiles(Repository.PathOf("deploy", "kubernetes", folder), "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml")
                .SelectMany(file => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), strict: true)).ToList();
            var space = objects.OfType<V1Namespace>().Single();
            _policies.AddRange(objects.OfType<V1NetworkPolicy>().Select(policy => (space.Metadata.Name, policy.Spec)));
            foreach (var pod in objects.Select(Template).OfType<V1PodTemplateSpec>())
            {
                _places[folder == "base" ? pod.Metadata.Labels["app"] : "camera-host"] = new(
                    new(space.Metadata.Name, new(space.Metadata.Labels)), new(pod.Metadata.Labels), [.. pod.Spec.Containers.SelectMany(container => container.Ports).Select(port => port.Name)]);
            }
        }
    }

    [Theory]
    [InlineData("proxy", "web", "http")]
    [InlineData("web", "camera-api", "http")]
    [InlineData("camera-api", "redis", "redis")]
    [InlineData("camera-api", "camera-api", "http")] // nodes
    [InlineData("camera-api", "camera-host", "http")]
    [InlineData("camera-host", "camera-api", "http")]
    [InlineData("camera-host", "camera-host", "http")]
    [InlineData("camera-host", "redis", "redis")]
    [InlineData("web", "dns", "53")]
    [InlineData("camera-api", "dns", "53")]
    [InlineData("camera-host", "dns", "53")]
    public void What_is_needed_is_let_through(string from, string to, string port) => Assert.True(IsAllowed(from, to, port));

    [Theory]
    [InlineData("stranger", "web", "http")]
    [InlineData("stranger", "camera-api", "http")]
    [InlineData("stranger", "camera-host", "http")]
    [InlineData("stranger", "redis", "redis")]
    [InlineData("proxy", "camera-api", "http")]
    [InlineData("proxy", "redis", "redis")]
    [InlineData("web", "redis", "redis")]
    [InlineData("web", "camera-host", "http")]
    [InlineData("camera-api", "web", "http")]
    [InlineData("camera-host", "web", "http")]
    [InlineData("redis", "camera-api", "http")]
    [InlineData("redis", "web", "http")]
    public void Nothing_else_is(string from, string to, string port) => Assert.False(IsAllowed(from, to, port));

    [Fact]
    public void Web_reaches_a_database_anywhere() =>
        Assert.Contains(_policies, policy => policy.Spec.PodSelector.MatchLabels?["app"] == "web" && (policy.Spec.Egress ?? []).Any(rule => rule.To is null && rule.Ports.Single().Port.Value == "5432"));

    private static V1PodTemplateSpec? Template(object one) => one switch
    {
        V1Deployment deployment => deployment.Spec.Template,
        V1StatefulSet set => set.Spec.Template,
        V1DaemonSet set => set.Spec.Template,
        _ => null,
    };

    private bool IsAllowed(string from, string to, string port)
    {
        var (source, target) = (_places[from], _places[to]);
        Assert.True(target.Ports.Length == 0 || target.Ports.Contains(port), $"{to} does not listen at {port}.");
        var outward = Guarding(source, "Egress").ToList();
        var inward = Guarding(target, "Ingress").ToList();
        return (outward.Count == 0 || outward.SelectMany(policy => policy.Spec.Egress ?? []).Any(rule => Fits(rule.To, rule.Ports, source, target, port)))
            && (inward.Count == 0 || inward.SelectMany(policy => policy.Spec.Ingress ?? []).Any(rule => Fits(rule.FromProperty, rule.Ports, target, source, port)));
    }

    private IEnumerable<(string Namespace, V1NetworkPolicySpec Spec)> Guarding(Place place, string direction) =>
        _policies.Where(policy => policy.Namespace == place.Space.Name && policy.Spec.PolicyTypes.Contains(direction) && Matches(policy.Spec.PodSelector, place.Labels));

    /// <param name="guarded">Whose policy it is: peers without a selector of namespaces are in its own.</param>
    private static bool Fits(IList<V1NetworkPolicyPeer>? peers, IList<V1NetworkPolicyPort>? ports, Place guarded, Place other, string port) =>
        (ports is null || ports.Any(allowed => allowed.Port.Value == port))
        && (peers is null || peers.Any(peer => peer.IpBlock is null
            && (peer.NamespaceSelector is { } spaces ? Matches(spaces, other.Space.AllLabels) : other.Space.Name == guarded.Space.Name)
            && (peer.PodSelector is null || Matches(peer.PodSelector, other.Labels))));

    private static bool Matches(V1LabelSelector selector, Dictionary<string, string> labels)
    {
        Assert.Null(selector.MatchExpressions); // which this test does not read
        return (selector.MatchLabels ?? new Dictionary<string, string>()).All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);
    }

    private sealed record Space(string Name, Dictionary<string, string> Labels)
    {
        /// <summary>With the one that Kubernetes gives it.</summary>
        public Dictionary<string, string> AllLabels => new(Labels) { [NameLabel] = Name };
    }

    /// <summary>A pod, or somebody else in the cluster.</summary>
    private sealed record Place(Space Space, Dictionary<string, string> Labels, string[] Ports);
}
