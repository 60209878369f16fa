using System.Reflection;

namespace Attendance.LocalHosting.Testing;

/// <summary>
/// One AppHost run by a test. Its real entry point runs, on a thread of its own; it halts where it builds the application until the
/// test wants it built, and where it would run the application until the test is done with it.
/// </summary>
internal sealed class TestRun(Assembly? appHostAssembly, string[] arguments)
{
    private static readonly AsyncLocal<TestRun?> s_current = new();

    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _application = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("attendance-test-");

    /// <summary>The run that the calling code belongs to, if it belongs to one.</summary>
    public static TestRun? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    public Assembly? AppHostAssembly => appHostAssembly;

    /// <summary>What a test has unless it says otherwise: a developer's environment, and data that goes with it.</summary>
    public string[] Arguments => ["--environment=Development", $"--DataDirectory={_data.FullName}", .. arguments];

    public Task<DistributedApplicationBuilder> Builder => _builder.Task;

    public Task Ended => _ended.Task;

    public void Begin(string[] args) => new Thread(() => EnterAppHost(args)) { IsBackground = true, Name = "AppHost" }.Start();

    /// <summary>Lets the entry point build what it has described.</summary>
    public Task<DistributedApplication> BuildAsync()
    {
        _wanted.TrySetResult(true);
        return _application.Task;
    }

    public void WaitUntilBuildIsWanted(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
        if (!_wanted.Task.GetAwaiter().GetResult())
        {
            throw new OperationCanceledException("The test ended without building the application.");
        }
    }

    public void Built(DistributedApplication application) => _application.TrySetResult(application);

    public void End()
    {
        _wanted.TrySetResult(false);
        _ended.TrySetResult();
        if (Directory.Exists(_data.FullName))
        {
            _data.Delete(recursive: true);
        }
    }

    private void EnterAppHost(string[] args)
    {
        Current = this;
        try
        {
            var entryPoint = appHostAssembly!.EntryPoint
                ?? throw new InvalidOperationException($"{appHostAssembly.GetName().Name} has no entry point.");
            (entryPoint.Invoke(null, entryPoint.GetParameters().Length == 0 ? null : [args]) as Task)?.GetAwaiter().GetResult();
            Fail(new InvalidOperationException("The AppHost ended without building an application."));
        }
        catch (TargetInvocationException error)
        {
            Fail(error.InnerException!);
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private void Fail(Exception error)
    {
        _builder.TrySetException(error);
        _application.TrySetException(error);
    }
}
