using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Attendance.Web.ReadApi;

/// <summary>The OpenAPI document of what programs may read: the token, the parameters of lists, and what each answer means.</summary>
internal static class ReadApiDocument
{
    private const string Scheme = "ApiToken";

    public static void AddReadApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => $"/{description.RelativePath}".StartsWith(ReadEndpoints.Root + "/", StringComparison.Ordinal);
        options.AddDocumentTransformer(DescribeAsync);
        options.AddOperationTransformer(CompleteAsync);
    });

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "Attendance read API";
        document.Info.Description = "People, groups, sessions, check-ins and marks, for programs that an administrator has given a token.";
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "att_…",
            Description = "A token of the page /api-tokens. Each operation needs one of its scopes.",
        };
        return Task.CompletedTask;
    }

    private static Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var scope = metadata.OfType<NeededScope>().Single().Scope;
        operation.Description = $"Needs the scope `{scope}`.";
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        operation.Parameters ??= [];
        foreach (var parameter in metadata.OfType<ListParameters>().SelectMany(list => list.Filters.Concat([ListRequest.SinceName, ListRequest.LimitName, ListRequest.CursorName])))
        {
            operation.Parameters.Add(new OpenApiParameter { Name = parameter, In = ParameterLocation.Query, Description = DescriptionOf(parameter), Schema = SchemaOf(parameter) });
        }

        operation.Parameters.Add(new OpenApiParameter
        {
            Name = HeaderNames.IfNoneMatch, In = ParameterLocation.Header, Description = "The ETag of an answer that the reader has. If it is still right, the answer is 304.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
        foreach (var (status, response) in operation.Responses ?? [])
        {
            response.Description = MeaningOf(status, scope) ?? response.Description;
        }

        return Task.CompletedTask;
    }

    private static string DescriptionOf(string parameter) => parameter switch
    {
        ListRequest.LimitName => "The most items of a page.",
        ListRequest.CursorName => "What `next_cursor` of the page before said. It goes with `limit` only.",
        ListRequest.SinceName => "What has changed since then, and the ids of what was deleted.",
        "from" => "From this time on.",
        "until" => "Before this time.",
        _ => $"The id of a {parameter}.",
    };

    private static OpenApiSchema SchemaOf(string parameter) => parameter switch
    {
        ListRequest.LimitName => new()
        {
            Type = JsonSchemaType.Integer, Minimum = "1", Maximum = ListRequest.MostItems.ToString(CultureInfo.InvariantCulture), Default = JsonValue.Create(ListRequest.UsualItems),
        },
        _ when ListRequest.Times.Contains(parameter) => new() { Type = JsonSchemaType.String, Format = "date-time", Examples = [JsonValue.Create("2026-11-30T08:00:00Z")] },
        _ when ListRequest.Ids.Contains(parameter) => new() { Type = JsonSchemaType.String, Format = "uuid" },
        _ => new() { Type = JsonSchemaType.String },
    };

    private static string? MeaningOf(string status, string scope) => status switch
    {
        "200" => "What was asked for, with an ETag.",
        "304" => "The reader has this answer already.",
        "400" => $"`{ProblemCodes.InvalidRequest}`: a parameter is not valid; `errors` names it.",
        "401" => $"`{ProblemCodes.TokenRequired}`: there is no token, or it is unknown, revoked or expired.",
        "403" => $"`{ProblemCodes.ScopeMissing}`: the token lacks the scope `{scope}`, which `scope` names.",
        "404" => $"`{ProblemCodes.NotFound}`: there is nothing with this id, or not any more.",
        "410" => $"`{ProblemCodes.CursorExpired}`: the cursor is too old. Read the list anew.",
        "429" => $"`{ProblemCodes.TooMany}`: the token has made as many requests as it may. `Retry-After` says when to go on.",
        "503" => $"`{ProblemCodes.DatabaseUnavailable}`: the database does not answer. `Retry-After` says when to try again.",
        _ => null,
    };
}
