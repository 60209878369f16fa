using Attendance.Tests.Programs;
using k8s;
using k8s.Models;
using Xunit;
using YamlDotNet.Serialization;

namespace Attendance.Tests.Deploy;

/// <summary>Tests the Kubernetes manifests, as far as that is possible without a cluster.</summary>
public sealed class ManifestTests
{
    public static TheoryData<string> Folders => ["base", "usb-cameras"];

    private static readonly string[] s_probes = ["/alive", "/health"];

    [Theory]
    [InlineData("base", "attendance")]
    [InlineData("usb-cameras", "attendance-devices")]
    public void A_kustomization_names_every_file_and_each_holds_nothing_that_kubernetes_does_not_know(string folder, string name)
    {
        var kustomization = new DeserializerBuilder().Build().Deserialize<Kustomization>(File.ReadAllText(Path.Combine(Source(folder), "kustomization.yaml")));

        Assert.Equal(("kustomize.config.k8s.io/v1beta1", "Kustomization", name), (kustomization.ApiVersion, kustomization.Kind, kustomization.Namespace));
        Assert.Equal(Files(folder).Select(Path.GetFileName).Order(), kustomization.Resources.Order());
        Assert.All(Files(folder), file => Assert.NotEmpty(Load(file))); // throws at a word that is not in the schema
    }

    [Theory]
    [InlineData("base", "attendance")]
    [InlineData("usb-cameras", "attendance-devices")]
    public async Task Kustomize_renders_every_object_into_the_namespace(string folder, string name)
    {
        ServerProcess kubectl;
        try
        {
            kubectl = ServerProcess.Start("kubectl", ["kustomize", Source(folder)]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("kubectl is not installed.");
            return;
        }

        await using (kubectl)
        {
            Assert.True(await kubectl.ExitAsync() == 0, kubectl.Output);
            var rendered = KubernetesYaml.LoadAllFromString(kubectl.Output, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>().ToList();
            Assert.Equal(Kinds(Files(folder).SelectMany(Load).Cast<IKubernetesObject<V1ObjectMeta>>()), Kinds(rendered));
            Assert.All(rendered, one => Assert.Equal(name, one is V1Namespace ? one.Metadata.Name : one.Metadata.NamespaceProperty));
        }

        static IEnumerable<string> Kinds(IEnumerable<IKubernetesObject<V1ObjectMeta>> objects) => objects.Select(one => $"{one.Kind} {one.Metadata.Name}").Order();
    }

    [Theory, MemberData(nameof(Folders))]
    public void Every_selector_finds_pods_and_every_service_a_port_of_theirs(string folder)
    {
        var objects = Everything(folder);
        var pods = Pods(objects).ToList();
        foreach (var service in objects.OfType<V1Service>())
        {
            var selected = Select(service.Spec.Selector);
            Assert.All(service.Spec.Ports, port => Assert.All(selected, pod => Assert.Contains(
                pod.Spec.Containers.SelectMany(container => container.Ports), offered => offered.Name == port.TargetPort.Value)));
        }

        Assert.All(objects.OfType<V1StatefulSet>(), set =>
        {
            Assert.Contains(objects.OfType<V1Service>(), service => service.Metadata.Name == set.Spec.ServiceName && service.Spec.ClusterIP == "None");
            Own(set.Spec.Selector, set.Spec.Template);
        });
        Assert.All(objects.OfType<V1Deployment>(), deployment => Own(deployment.Spec.Selector, deployment.Spec.Template));
        Assert.All(objects.OfType<V1DaemonSet>(), set => Own(set.Spec.Selector, set.Spec.Template));
        Assert.All(objects.OfType<V1PodDisruptionBudget>(), budget => Select(budget.Spec.Selector.MatchLabels));
        Assert.All(objects.OfType<V1NetworkPolicy>(), policy =>
        {
            var guarded = Select(policy.Spec.PodSelector.MatchLabels ?? new Dictionary<string, string>());
            IEnumerable<V1NetworkPolicyPeer> peers =
                [.. (policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty), .. (policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? [])];
            Assert.All(peers.Where(peer => peer.PodSelector is not null), peer => Select(peer.PodSelector.MatchLabels));
            Assert.All((policy.Spec.Ingress ?? []).SelectMany(rule => rule.Ports), port => Assert.All(guarded, pod => Assert.Contains(
                pod.Spec.Containers.SelectMany(container => container.Ports), offered => offered.Name == port.Port.Value)));
        });

        List<V1PodTemplateSpec> Select(IDictionary<string, string> labels)
        {
            var found = pods.Where(pod => labels.All(label => pod.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value)).ToList();
            Assert.NotEmpty(found);
            return found;
        }

        static void Own(V1LabelSelector selector, V1PodTemplateSpec pod) => Assert.All(
            selector.MatchLabels, label => Assert.Equal(label.Value, pod.Metadata.Labels[label.Key]));
    }

    [Theory, MemberData(nameof(Folders))]
    public void Every_setting_is_one_that_the_program_knows(string folder)
    {
        foreach (var container in Pods(Everything(folder)).SelectMany(pod => pod.Spec.Containers).Where(container => container.Name != "redis"))
        {
            ProgramSettings.AreKnown(container.Name, container.Env.Select(variable => variable.Name));
        }
    }

    [Theory]
    [InlineData("base", "attendance", "restricted")]
    [InlineData("usb-cameras", "attendance-devices", "privileged")]
    public void Only_what_owns_devices_is_in_a_privileged_namespace(string folder, string name, string level)
    {
        var space = Assert.Single(Files(folder).SelectMany(Load).OfType<V1Namespace>());
        Assert.Equal((name, level), (space.Metadata.Name, space.Metadata.Labels["pod-security.kubernetes.io/enforce"]));
        Assert.All(Pods(Files(folder).SelectMany(Load)), pod => Assert.Equal(level == "privileged", pod.Spec.Containers[0].SecurityContext.Privileged ?? false));
    }

    [Theory, MemberData(nameof(Folders))]
    public void Every_pod_is_asked_and_asks_by_policy_only(string folder)
    {
        var policies = Files(folder).SelectMany(Load).OfType<V1NetworkPolicy>().ToList();
        var everything = Assert.Single(policies, policy => policy.Spec.PodSelector.MatchLabels is null && policy.Spec.PolicyTypes.Count == 2);
        Assert.Equal(["Ingress", "Egress"], everything.Spec.PolicyTypes);
        Assert.All(policies.SelectMany(policy => policy.Spec.Ingress ?? []), rule => Assert.NotEmpty(rule.FromProperty));

        // What may ask any address may not ask the machine's own services.
        var anywhere = policies.SelectMany(policy => policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []).Select(peer => peer.IpBlock).OfType<V1IPBlock>().ToList();
        Assert.Equal(2, anywhere.Count);
        Assert.All(anywhere, block => Assert.NotEmpty(block.Except));
        Assert.Contains("169.254.0.0/16", anywhere[0].Except);
    }

    /// <summary>Web trusts the headers in which a proxy describes a visitor, so nothing but a proxy may reach it.</summary>
    [Fact]
    public void Web_is_reached_by_a_proxy_only()
    {
        var web = Pods(Everything("base")).SelectMany(pod => pod.Spec.Containers).Single(container => container.Name == "web");
        Assert.Equal("true", web.Env.Single(variable => variable.Name == "ASPNETCORE_FORWARDEDHEADERS_ENABLED").Value);
        var policy = Everything("base").OfType<V1NetworkPolicy>().Single(policy => policy.Metadata.Name == "web");
        Assert.Equal("true", Assert.Single(Assert.Single(policy.Spec.Ingress).FromProperty).NamespaceSelector.MatchLabels["attendance/ingress"]);
    }

    [Fact]
    public void A_setting_that_no_program_knows_is_found_out()
    {
        Assert.True(ProgramSettings.IsBound(ProgramSettings.CameraApi, "Leases:Ttl"));
        Assert.False(ProgramSettings.IsBound(ProgramSettings.CameraApi, "Leases:Tll"));
        Assert.False(ProgramSettings.IsBound(ProgramSettings.CameraApi, "Lease:Ttl"));
        Assert.True(ProgramSettings.IsBound(ProgramSettings.Web, "Security:ApiKey"));
    }

    [Theory, MemberData(nameof(Folders))]
    public void Secrets_are_referred_to_and_each_is_told_of_in_the_readme(string folder)
    {
        var objects = Everything(folder);
        var readme = File.ReadAllText(Path.Combine(Source(folder), "..", "..", "README.md"));
        Assert.Empty(objects.OfType<V1Secret>());
        Assert.All(
            Pods(objects).SelectMany(pod => pod.Spec.Containers).SelectMany(container => container.Env)
                .Where(variable => variable.ValueFrom?.SecretKeyRef is not null).Select(variable => variable.ValueFrom.SecretKeyRef),
            secret =>
            {
                Assert.Equal("attendance", secret.Name);
                Assert.Contains($"| `{secret.Key}` |", readme, StringComparison.Ordinal);
            });
    }

    [Theory, MemberData(nameof(Folders))]
    public void Programs_are_probed_where_they_answer_and_may_do_no_more_than_they_need(string folder)
    {
        foreach (var pod in Pods(Everything(folder)))
        {
            var container = Assert.Single(pod.Spec.Containers);
            Assert.False(pod.Spec.AutomountServiceAccountToken);
            Assert.Equal("RuntimeDefault", pod.Spec.SecurityContext.SeccompProfile.Type);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.NotNull(container.Resources.Limits["memory"]);
            foreach (var probe in (V1Probe?[])[container.StartupProbe, container.LivenessProbe, container.ReadinessProbe])
            {
                Assert.True(probe?.HttpGet is null || s_probes.Contains(probe.HttpGet.Path));
            }

            if (container.Name == "camera-api")
            {
                var release = new Attendance.CameraApi.Capture.CaptureOptions().WholeRelease;
                Assert.True(TimeSpan.FromSeconds(pod.Spec.TerminationGracePeriodSeconds!.Value) > release + TimeSpan.FromSeconds(30));
            }

            if (pod.Metadata.Labels.ContainsKey("on"))
            {
                Assert.True(container.SecurityContext.Privileged); // stated in its file
                continue;
            }

            Assert.True(pod.Spec.SecurityContext.RunAsNonRoot);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        }
    }

    private static List<IKubernetesObject> Everything(string folder) =>
        [.. (folder == "base" ? [folder] : (string[])["base", folder]).SelectMany(Files).SelectMany(Load)];

    private static IEnumerable<V1PodTemplateSpec> Pods(IEnumerable<IKubernetesObject> objects) => objects.Select(one => one switch
    {
        V1Deployment deployment => deployment.Spec.Template,
        V1StatefulSet set => set.Spec.Template,
        V1DaemonSet set => set.Spec.Template,
        _ => null,
    }).OfType<V1PodTemplateSpec>();

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Source(folder), "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml");

    private static IEnumerable<IKubernetesObject> Load(string file) =>
        KubernetesYaml.LoadAllFromString(File.ReadAllText(file), strict: true).Cast<IKubernetesObject>();

    private static string Source(string folder) => Repository.PathOf("deploy", "kubernetes", folder);

    private sealed class Kustomization
    {
        [YamlMember(Alias = "apiVersion")]
        public string ApiVersion { get; set; } = "";

        [YamlMember(Alias = "kind")]
        public string Kind { get; set; } = "";

        [YamlMember(Alias = "namespace")]
        public string Namespace { get; set; } = "";

        [YamlMember(Alias = "resources")]
        public List<string> Resources { get; set; } = [];
    }
}
