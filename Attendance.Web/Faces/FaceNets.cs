using System.Collections.Concurrent;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Liveness;
using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Faces;

/// <summary>The networks that one picture at a time is looked at with. Each computes on one thread.</summary>
internal sealed class FaceNetSet(ModelFiles files) : IDisposable
{
    private readonly Lazy<FaceEmbedder> _embedder = new(() => FaceEmbedder.Open(files));
    private readonly Lazy<EyeOpenness> _eyes = new(() => EyeOpenness.Open(files.Landmarks));

    public FaceFinder Finder { get; } = FaceFinder.Open(files.Finder);

    public FaceEmbedder Embedder => _embedder.Value;

    public EyeOpenness Eyes => _eyes.Value;

    public void Dispose()
    {
        Finder.Dispose();
        if (_embedder.IsValueCreated)
        {
            _embedder.Value.Dispose();
        }

        if (_eyes.IsValueCreated)
        {
            _eyes.Value.Dispose();
        }
    }
}

/// <summary>
/// Bounds how many pictures are looked at together: <see cref="RecognitionOptions.Threads"/>. Everybody else waits, because the networks
/// are not thread-safe, each takes a core while it computes, and a picture takes up to 50 MB of memory.
/// </summary>
internal sealed partial class FaceNets : IDisposable
{
    private readonly int _count;
    private readonly ModelFiles _files;
    private readonly ILogger<FaceNets> _logger;
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentStack<FaceNetSet> _idle = new();
    private FaceCheckUnavailableException? _failure; // kept, so that a missing library is logged only once
    private bool _disposed;

    public FaceNets(IOptions<RecognitionOptions> options, ModelFiles files, ILogger<FaceNets> logger)
    {
        (_count, _files, _logger) = (options.Value.Threads, files, logger);
        _free = new(_count);
    }

    /// <summary>Waits for free networks, and does the work with them on the caller's thread.</summary>
    /// <param name="cancel">Ends the waiting. Work that has begun is done to its end unless it looks at the token itself.</param>
    /// <exception cref="FaceCheckUnavailableException">A model or a library is missing on this machine.</exception>
    public async Task<T> UseAsync<T>(Func<FaceNetSet, T> work, CancellationToken cancel)
    {
        await _free.WaitAsync(cancel);
        return Run(work);
    }

    /// <summary>Waits no longer than that for free networks, and does the work with them on the caller's thread.</summary>
    /// <returns>Null if none became free in time.</returns>
    /// <exception cref="FaceCheckUnavailableException">A model or a library is missing on this machine.</exception>
    public async Task<T?> TryUseAsync<T>(Func<FaceNetSet, T> work, TimeSpan patience, CancellationToken cancel)
        where T : class => await _free.WaitAsync(patience, cancel) ? Run(work) : null;

    /// <summary>Waits for the pictures that are being looked at, because a network must not be disposed while it works.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            _free.Wait();
        }

        _disposed = true;
        while (_idle.TryPop(out var nets))
        {
            nets.Dispose();
        }

        _free.Release(_count); // whoever waits is told that this is disposed
    }

    private T Run<T>(Func<FaceNetSet, T> work)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var nets = _idle.TryPop(out var idle) ? idle : Open();
            try
            {
                return work(nets);
            }
            catch (FaceCheckUnavailableException exception)
            {
                Remember(exception);
                throw;
            }
            finally
            {
                _idle.Push(nets);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    private FaceNetSet Open()
    {
        if (_failure is { } known)
        {
            throw new FaceCheckUnavailableException(known.Message, known);
        }

        try
        {
            return new FaceNetSet(_files);
        }
        catch (FaceCheckUnavailableException exception)
        {
            Remember(exception);
            throw;
        }
    }

    private void Remember(FaceCheckUnavailableException exception)
    {
        if (Interlocked.CompareExchange(ref _failure, exception, null) is null)
        {
            LogUnavailable(exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "No face can be looked at: {Reason}")]
    private partial void LogUnavailable(string reason);
}
