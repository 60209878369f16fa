using Attendance.Web.Data;

namespace Attendance.Web.Import;

/// <summary>What a kind of import does with its items.</summary>
internal interface IImportKind
{
    ImportKind Kind { get; }

    /// <summary>How many items are read for one transaction.</summary>
    int AtOnce { get; }

    /// <summary>Compares the file with what there is, and stores what would change as items. It is safe to repeat after it was interrupted.</summary>
    /// <exception cref="ImportStoppedException">Somebody has cancelled the import, or another process has claimed it.</exception>
    /// <exception cref="ImportTroubleException">The file cannot be read as the operator has said.</exception>
    Task CheckAsync(ImportRun run, ImportClaim claim, CancellationToken cancellationToken);

    /// <summary>Judges these items again and applies them, in the transaction that is open.</summary>
    /// <returns>What became of them. Items that are not among the results are applied later.</returns>
    Task<IReadOnlyList<AppliedEntry>> ApplyAsync(ImportRun run, IReadOnlyList<ImportEntry> entries, CancellationToken cancellationToken);
}

/// <summary>Somebody has cancelled the import, or another process has claimed it.</summary>
internal sealed class ImportStoppedException() : Exception("The import was cancelled, or another process has claimed it.");

/// <summary>A file cannot be read. The message is for the operator, and repeats nothing of the file but numbers of rows.</summary>
internal sealed class ImportTroubleException(string message) : Exception(message);
