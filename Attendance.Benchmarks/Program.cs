using System.CommandLine;
using Attendance.Benchmarks;

var only = new Option<string[]>("--only")
{
    Description = $"Which groups, separated by commas: {string.Join(", ", BenchmarkGroups.All.Select(group => group.Name))}. All of them otherwise, but those that take long: {string.Join(", ", BenchmarkGroups.All.Where(group => group.OnlyByName).Select(group => group.Name))}.",
    AllowMultipleArgumentsPerToken = true,
    CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
};
var quick = new Option<bool>("--quick") { Description = "Three minutes instead of fifteen; shows that it works, not how fast it is." };
var write = new Option<bool>("--write") { Description = "Writes what was measured into docs/performance.md, and of scale into docs/scale.md." };
only.Validators.Add(result =>
{
    foreach (var name in (result.GetValue(only) ?? []).Except(BenchmarkGroups.All.Select(group => group.Name)))
    {
        result.AddError($"There is no group '{name}'.");
    }
});

var command = new RootCommand("Measures what docs/performance.md tells.") { only, quick, write };
command.SetAction((parsed, cancellationToken) =>
{
    var names = parsed.GetValue(only) ?? [];
    return Runner.RunAsync(
        [.. BenchmarkGroups.All.Where(group => names.Length == 0 ? !group.OnlyByName : names.Contains(group.Name))],
        parsed.GetValue(quick),
        parsed.GetValue(write),
        cancellationToken);
});
// At Ctrl+C and SIGTERM the groups are cancelled and end what they started; give them time for it.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15) });
